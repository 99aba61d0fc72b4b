package io.myelin.cli.stake;

import io.myelin.cli.CommandException;
import io.myelin.cli.Folders;
import io.myelin.cli.MyelinCommand;
import io.myelin.cli.chain.AccountOptions;
import io.myelin.cli.chain.Amount;
import io.myelin.cli.chain.AppealView;
import io.myelin.cli.chain.Times;
import io.myelin.committee.CommitteeClient;
import io.myelin.committee.EvidenceCalls;
import io.myelin.committee.NotAgreedException;
import io.myelin.committee.Quorum;
import io.myelin.contracts.NodePool;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.settlement.FraudCut;
import io.myelin.protocol.work.Charge;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** An owner appeals the verdict that its node lied, and asks other owners to overturn it. */
@Command(
    name = "appeal",
    mixinStandardHelpOptions = true,
    description = {
      "Appeal the verdict of fraud that suspended a node: a committee of other owners checks the",
      "very same work again. When it finds it right, stake, bond and standing come back; when it",
      "finds the lie, the bond is lost too. A verdict whose evidence nobody shows is overturned",
      "when half of the time to decide is over. Typed again, it goes on where it was."
    },
    footer = {
      "",
      "Examples:",
      "  ./myelin stake node appeal 0x1f9a... --evidence compute-data --keystore owner.json",
      "  ./myelin stake node appeal 0x1f9a... --evidence work-51c0....pb --validator https://v1.example"
    })
final class AppealCommand extends MyelinCommand {
  private static final long LOOK_MILLIS = 5_000;
  private static final long LONG_LOOK_MILLIS = 60_000;

  @Mixin private OwnerOptions owner = new OwnerOptions();

  @Option(
      names = "--evidence",
      paramLabel = "PATH",
      description =
          "Where the work is that the node was convicted by: the compute node's data folder, or a"
              + " file evidence/work-….pb of a validator. Default: the usual data folder, then the"
              + " validators that keep it.")
  private @Nullable Path evidence;

  @Mixin private VerdictOptions verdict = new VerdictOptions();

  @Mixin private CommitteeOptions committee = new CommitteeOptions();

  @Option(
      names = "--wait",
      paramLabel = "MINUTES",
      defaultValue = "180",
      description =
          "How long to wait for the set whose committee decides, and where nobody shows the"
              + " evidence for half of the time to decide (${DEFAULT-VALUE}). What is left to do"
              + " then, the same command does later.")
  private long waitMinutes;

  @Parameters(paramLabel = "NODE", description = "The node's key, as node show lists it.")
  private String node = "";

  @Override
  public Integer call() throws InterruptedException {
    Address key = AccountOptions.address("NODE", node);
    try (Desk desk = owner.open(out(), err())) {
      Digest digest = verdict.of(desk.network(), key);
      AppealView now = AppealView.read(desk.network(), key, digest);
      if (now.phase() == FraudCut.Phase.RETURNED) {
        return desk.done("The verdict is " + now.text() + ".");
      }
      if (!now.phase().isOpen()) {
        throw new CommandException("nothing can be appealed: " + now.text());
      }
      try (CommitteeClient client = committee.connect(desk.network(), desk.ownerKey())) {
        Optional<Charge> charge = charge(desk, key, digest, client);
        if (now.phase() == FraudCut.Phase.LOCKED) {
          now = lodge(desk, now, charge.isPresent());
        }
        long endNanos = System.nanoTime() + waitMinutes * 60_000_000_000L;
        now = awaitSet(desk, now, endNanos);
        if (charge.isEmpty()) {
          now = awaitHalf(desk, now, endNanos);
        }
        return decide(desk, now, charge, client);
      }
    }
  }

  /** On this machine, or with a validator that keeps it; empty where nobody shows it. */
  private Optional<Charge> charge(Desk desk, Address key, Digest digest, CommitteeClient client)
      throws InterruptedException {
    if (evidence != null && !Files.exists(evidence)) {
      throw wrong(
          "--evidence: "
              + evidence
              + " is not there (expected: a folder or a file; without it, validators are asked)");
    }
    Path place = evidence != null ? evidence : Folders.state().resolve("compute");
    Optional<Charge> found = new AppealEvidence(key, digest, desk.contracts().domain()).find(place);
    if (found.isPresent()) {
      return found;
    }
    tell("%s has no evidence 0x%s: asking validators".formatted(place, digest));
    EvidenceCalls.Shown shown = client.evidence().read(key, digest);
    if (shown.charge().isEmpty()) {
      tell(EvidenceCommand.notShown(shown, digest));
      tell("Who convicts a node has to show by what, to the committee that decides the appeal.");
      tell("If nobody does in half of its time, a day and a half, it overturns the verdict.");
      tell("If somebody does, it is checked, and shown to you: type this command again then.");
    }
    return shown.charge();
  }

  private AppealView lodge(Desk desk, AppealView now, boolean isShown) {
    if (!now.canBeAppealed()) {
      throw new CommandException("nothing can be appealed: " + now.text());
    }
    NodePool pool = desk.contracts().nodes();
    Amount bond = new Amount(now.bondWei());
    desk.plan(
        "Node " + now.node() + " was convicted by evidence 0x" + now.evidence() + ".",
        "Owner %s appeals with a bond of %s; %s of the stake are locked until it is decided."
            .formatted(desk.owner(), bond, Amount.show(now.lockedWei())),
        (isShown
                ? "A committee of set %d checks the work again: nobody in it signed or brought the"
                    + " verdict."
                : "A committee of set %d waits for the evidence, and checks it where it comes:"
                    + " nobody in it signed or brought the verdict.")
            .formatted(now.judgedBy()),
        "Overturned: stake, bond and standing come back. Upheld: both are lost. Undecided within"
            + " three days: the verdict stands, and the bond comes back.");
    desk.allow(pool.address(), bond);
    desk.send(pool.appeal(now.node(), now.evidence()), "appeal");
    return AppealView.read(desk.network(), now.node(), now.evidence());
  }

  private AppealView awaitSet(Desk desk, AppealView appealed, long endNanos)
      throws InterruptedException {
    AppealView now = appealed;
    long lastSet = -1;
    while (!now.isSetMade()) {
      if (now.newestSet() != lastSet) {
        lastSet = now.newestSet();
        tell(
            "waiting for set %d, whose committee decides (newest: %d; one an epoch)"
                .formatted(now.judgedBy(), lastSet));
      }
      if (System.nanoTime() - endNanos >= 0) {
        throw new CommandException(
            "set "
                + now.judgedBy()
                + " is not made yet: the appeal is lodged; the same command goes on later");
      }
      Thread.sleep(LOOK_MILLIS);
      now = AppealView.read(desk.network(), now.node(), now.evidence());
    }
    return now;
  }

  /** Until members overturn what nobody has shown. */
  private AppealView awaitHalf(Desk desk, AppealView seated, long endNanos)
      throws InterruptedException {
    AppealView now = seated;
    String from = Times.at(now.unshownFromSeconds(), now.nowSeconds());
    if (now.nowSeconds() < now.unshownFromSeconds()) {
      tell("the evidence may still be brought: waiting until " + from);
    }
    while (now.canBeDecided() && now.nowSeconds() < now.unshownFromSeconds()) {
      if (System.nanoTime() - endNanos >= 0) {
        throw new CommandException(
            "the evidence may still be brought until %s: the appeal is lodged; the same command goes on later"
                .formatted(from));
      }
      Thread.sleep(LONG_LOOK_MILLIS);
      now = AppealView.read(desk.network(), now.node(), now.evidence());
    }
    return now;
  }

  private int decide(Desk desk, AppealView now, Optional<Charge> charge, CommitteeClient client)
      throws InterruptedException {
    if (!now.canBeDecided()) {
      throw new CommandException("node " + now.node() + ": " + now.text());
    }
    List<Address> barred =
        desk.contracts().nodes().barredOf(now.node(), now.evidence()).on(desk.network().chain());
    tell(
        "asking other owners' validators %s; %d owners have no say in it"
            .formatted(
                charge.isPresent()
                    ? "to check the work again"
                    : "to overturn what nobody shows the evidence of",
                barred.size()));
    Quorum quorum;
    try {
      quorum =
          charge.isPresent()
              ? client.cases().appeal(charge.get(), true)
              : client.cases().appealUnshown(now.node(), now.evidence());
    } catch (NotAgreedException e) {
      AppealView after = AppealView.read(desk.network(), now.node(), now.evidence());
      if (after.phase() == FraudCut.Phase.RETURNED) {
        // A validator that keeps the work asked at the same time.
        return desk.done("The verdict is " + after.text() + ".");
      }
      if (!after.phase().isOpen()) {
        throw new CommandException("the appeal is decided: " + after.text(), e);
      }
      tell(e.details());
      throw new CommandException(
          e.getMessage()
              + ". Still "
              + after.text()
              + (charge.isPresent()
                  ? ". Members who found a lie may bring that themselves; who was silent can be"
                      + " asked again by the same command."
                  : ". The same command asks again; it fetches the evidence where that was brought."),
          e);
    }
    tell(
        charge.isPresent()
            ? "a quorum of other owners found the work right"
            : "a quorum of other owners was shown no evidence");
    desk.send(
        desk.contracts()
            .nodes()
            .decide(now.node(), now.evidence(), true, quorum.seatsBits(), quorum.signatures()),
        "overturn the verdict");
    return desk.done(
        "Overturned: %s of the stake are back, and the bond of %s is yours to fetch."
            .formatted(Amount.show(now.lockedWei()), Amount.show(now.bondWei())),
        "The node serves again once a committee has tested it.",
        "Next: ./myelin account withdraw fetches the bond; ./myelin stake node show " + now.node());
  }

  private void tell(String line) {
    err().println(line);
    err().flush();
  }
}

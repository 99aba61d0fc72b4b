package io.myelin.cli.stake;

import com.google.protobuf.ByteString;
import io.myelin.cli.CommandException;
import io.myelin.cli.MyelinCommand;
import io.myelin.cli.chain.AccountOptions;
import io.myelin.cli.chain.ChainAccess;
import io.myelin.cli.chain.KeyOptions;
import io.myelin.cli.chain.NetworkOptions;
import io.myelin.cli.node.KeyFile;
import io.myelin.committee.CommitteeClient;
import io.myelin.committee.EvidenceCalls;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.protocol.work.Charge;
import io.myelin.protocol.work.SignedWork;
import io.myelin.v1.StoredWork;
import io.myelin.v1.WorkRecord;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** An owner looks at what its node was convicted by. */
@Command(
    name = "evidence",
    mixinStandardHelpOptions = true,
    description = {
      "Fetch the work that a node was convicted by, from a validator that keeps it: one answer that",
      "is a lie, or a run of measured answers. Only the node's owner is shown it, and the node",
      "itself (with its own key as --key-file). What comes is the verdict's own: its digest says so."
    },
    footer = {
      "",
      "Examples:",
      "  ./myelin stake node evidence 0x1f9a... --keystore owner.json",
      "  ./myelin verify --recheck work-51c0....pb"
    })
final class EvidenceCommand extends MyelinCommand {
  @Mixin private NetworkOptions where = new NetworkOptions();
  @Mixin private KeyOptions keys = new KeyOptions();
  @Mixin private VerdictOptions verdict = new VerdictOptions();
  @Mixin private CommitteeOptions committee = new CommitteeOptions();

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Where it is written. Default: work-DIGEST.pb, here.")
  private @Nullable Path file;

  @Parameters(paramLabel = "NODE", description = "The node's key, as node show lists it.")
  private String node = "";

  @Override
  public Integer call() throws InterruptedException {
    Address key = AccountOptions.address("NODE", node);
    try (ChainAccess network = where.open()) {
      Digest digest = verdict.of(network, key);
      try (CommitteeClient client = committee.connect(network, keys.open(network))) {
        Charge charge = charge(client, key, digest);
        Path written = file != null ? file : Path.of("work-" + digest.hex() + ".pb");
        write(written, charge, network.contracts().domain());
        show(charge, written);
      }
      return 0;
    }
  }

  /**
   * What a verdict was given for, of the first validator that shows it.
   *
   * @throws CommandException when none does, with what each said
   */
  private static Charge charge(CommitteeClient client, Address node, Digest digest)
      throws InterruptedException {
    EvidenceCalls.Shown shown = client.evidence().read(node, digest);
    return shown.charge().orElseThrow(() -> new CommandException(notShown(shown, digest)));
  }

  /** That nobody shows it, with what each said. */
  static String notShown(EvidenceCalls.Shown shown, Digest digest) {
    return ("none of %d validators shows evidence 0x%s (expected: the key of the node's owner or"
            + " the node, and a --validator that signed the verdict)%s")
        .formatted(
            shown.said().size(),
            digest,
            shown.said().stream().map(one -> "\n  " + one).collect(Collectors.joining()));
  }

  /** As a validator keeps it, so that the same tools read it. */
  private static void write(Path file, Charge charge, Eip712Domain domain) {
    List<WorkRecord> records = charge.works().stream().map(SignedWork::record).toList();
    StoredWork stored =
        StoredWork.newBuilder()
            .setRecord(records.getFirst())
            .addAllOthers(records.subList(1, records.size()))
            .setFound(charge.isRun() ? "run" : "lie")
            .setDetail("what the verdict says")
            .setConvicts(true)
            .setChainId(domain.chainId())
            .setDirectory(ByteString.copyFrom(domain.verifyingContract().bytes()))
            .build();
    try {
      KeyFile.writePrivate(file, stored.toByteArray());
    } catch (FileAlreadyExistsException e) {
      throw new CommandException(file + " is there already (--out names another)", e);
    } catch (IOException e) {
      throw new CommandException(file + " cannot be written: " + e.getMessage(), e);
    }
  }

  private void show(Charge charge, Path file) {
    SignedWork first = charge.works().getFirst();
    out()
        .println(
            charge.isRun()
                ? "A run of %d measured answers, none of which proves anything alone:"
                    .formatted(charge.works().size())
                : "One answer:");
    for (SignedWork work : charge.works()) {
      out()
          .println(
              "  task %s  session %s".formatted(work.commit().taskId(), work.commit().sessionId()));
    }
    String kind = first.spec().getModel() + ", " + first.evidence().getEquivalenceClass();
    out().println("  model " + kind.replaceAll("\\p{Cntrl}", "?"));
    out().println("Written to " + file + ". It holds what clients asked: show it to nobody else.");
    out()
        .println(
            "Next: ./myelin verify --recheck "
                + file
                + (charge.isRun()
                    ? " --calibration FILE, with the one that validators use (calibration/*.json)"
                    : ""));
    out().flush();
  }
}

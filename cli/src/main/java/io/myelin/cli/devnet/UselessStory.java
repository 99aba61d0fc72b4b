package io.myelin.cli.devnet;

import io.myelin.client.ClientSession;
import io.myelin.contracts.InferencePayment;
import io.myelin.contracts.ValidatorRegistry;
import io.myelin.contracts.terms.Param;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.SessionId;
import io.myelin.validator.ValidatorFault;
import java.math.BigInteger;
import java.time.Duration;

/**
 * A validator refuses everything, copies, or says nothing. The others go on without it, and who
 * says nothing at all loses its seat, where enough are left.
 */
final class UselessStory implements PartyStory {
  private static final int BATCHES = 3;
  private static final int TASKS = 2;

  /** A roll call, and a committee's word. */
  private static final Duration UNTIL_BENCHED = Duration.ofMinutes(3);

  private final PartyScene scene;
  private final int validator;
  private final ValidatorFault fault;

  UselessStory(PartyScene scene, int validator, ValidatorFault fault) {
    this.scene = scene;
    this.validator = validator;
    this.fault = fault;
  }

  @Override
  public boolean untilKnown() {
    scene.say("");
    scene.say(
        "Validator %d was told to %s. %d sessions at gateway 1, each settled by a batch of its own:",
        validator, verb(), BATCHES);
    long startNanos = System.nanoTime();
    Address owner = scene.validator(validator).owner().address();
    BigInteger stakeWei = scene.stakeWei(validator);
    BigInteger othersWei = BigInteger.ZERO;
    int signed = 0;
    boolean whole = true;
    for (int batch = 1; batch <= BATCHES; batch++) {
      ClientSession session = scene.open(1);
      scene.ask(session, TASKS);
      BigInteger spentWei = scene.spentWei(session);
      Duration settled = scene.settle(session);
      SessionId id = SessionId.parse(session.id());
      InferencePayment.BatchSettledEvent event = scene.batchOf(id);
      signed += event.signers().contains(owner) ? 1 : 0;
      othersWei =
          othersWei.add(event.validatorsWei().divide(BigInteger.valueOf(event.signers().size())));
      BigInteger settledWei =
          scene.settled(id).earnedWei().stream().reduce(BigInteger.ZERO, BigInteger::add);
      whole &= settledWei.equals(spentWei);
      scene.say(
          "  batch %d     signed by %d of %d, settled in %d ms: %s of the %s wei that nodes earned",
          batch,
          event.signers().size(),
          scene.devnet().validators().size(),
          settled.toMillis(),
          settledWei,
          spentWei);
    }
    boolean right = signed == 0 && whole;
    scene.say(
        "%s: validator %d signed %d of %d batches.",
        right ? "Without it" : "NOT RIGHT", validator, signed, BATCHES);
    scene.say(
        "  lost        its part of %d batches: who signed all has %s wei; of its stake %s",
        BATCHES - signed,
        othersWei,
        PartyScene.share(stakeWei.subtract(scene.stakeWei(validator)), stakeWei));
    return right && (fault != ValidatorFault.SLEEP || isBenched(owner, startNanos));
  }

  private String verb() {
    return switch (fault) {
      case NO -> "refuse everything (no)";
      case COPY -> "seal what another has sealed, unread (copy)";
      case DOZE -> "say who it is, and answer nothing else (doze)";
      default -> "answer nothing (sleep)";
    };
  }

  /** A set must keep a committee's size of members who can sign: of five, nobody is benched. */
  private boolean isBenched(Address owner, long startNanos) {
    ValidatorRegistry registry = scene.network().validators();
    long size = Param.COMMITTEE_SIZE.of(scene.network(), scene.chain()).longValueExact();
    if (scene.devnet().validators().size() <= size) {
      scene.say(
          "  seat        kept: %d validators are no more than a committee has seats (--validators %d"
              + " shows one benched)",
          scene.devnet().validators().size(), size + 1);
      return true;
    }
    boolean benched =
        PartyScene.within(
            UNTIL_BENCHED, () -> registry.validatorOf(owner).on(scene.chain()).benches() > 0);
    long seconds = Duration.ofNanos(System.nanoTime() - startNanos).toSeconds();
    if (benched) {
      scene.say(
          "  seat        benched within %d s of its first silence: the next in order sits for it",
          seconds);
    } else {
      scene.say("NOT BENCHED within %d s", seconds);
    }
    return benched;
  }
}

package io.myelin.validator;

import io.myelin.committee.wire.Reason;
import io.myelin.contracts.NodePool;
import io.myelin.contracts.ValidatorRegistry;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.settlement.FraudCut;
import io.myelin.protocol.settlement.Subjects;
import io.myelin.protocol.typeddata.AppealVerdict;
import io.myelin.protocol.typeddata.Attestation;
import io.myelin.protocol.work.Charge;
import io.myelin.protocol.work.SignedWork;
import io.myelin.v1.ExamineReply;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;

/** Whether a verdict of fraud stands: this validator's own check of the same work says so. */
final class AppealCheck {
  /** Less than an asker waits. */
  private static final int PATIENCE_SECONDS = 15;

  /** Who keeps evidence asks every ten minutes: by then it has, also who was away itself. */
  private static final Duration HEARD = Duration.ofHours(1);

  private final ChainView view;
  private final Seats seats;
  private final WorkDesk desk;
  private final RunCheck runs;
  private final LongSupplier nanoClock;
  private final long startedNanos;

  /** Of a validator that begins to answer about now. */
  AppealCheck(ChainView view, Seats seats, WorkDesk desk, LongSupplier nanoClock) {
    this.view = view;
    this.seats = seats;
    this.desk = desk;
    this.runs = new RunCheck(desk);
    this.nanoClock = nanoClock;
    this.startedNanos = nanoClock.getAsLong();
  }

  /** Who decides: other owners than those of the verdict, from the set that it fixed. */
  Sitting sitting(Address node, Digest evidence) throws RefusedException {
    NodePool pool = view.network().nodes();
    ValidatorRegistry registry = view.network().validators();
    List<Address> barred = pool.barredOf(node, evidence).on(view.client());
    Address owner = seats.owner();
    if (barred.contains(owner)) {
      throw new RefusedException(
          Reason.REFUSED_INTEREST,
          owner + " signed the verdict, brought it, or owns the node; others decide");
    }
    NodePool.Cut cut = appealed(node, evidence);
    long newest = registry.setVersion().on(view.client());
    if (cut.judgedBy() > newest) {
      throw refused(
          "it is decided by set %d, which is not made yet (newest: %d)"
              .formatted(cut.judgedBy(), newest));
    }
    Digest subject = Subjects.appealSubject(node, evidence);
    return seats.sit(
        subject,
        registry.committeeWithout(subject, cut.judgedBy(), barred).on(view.client()),
        Set.copyOf(barred));
  }

  private NodePool.Cut appealed(Address node, Digest evidence) throws RefusedException {
    NodePool.Cut cut = view.network().nodes().cutOf(node, evidence).on(view.client());
    FraudCut.Phase phase = FraudCut.Phase.of(cut.phase());
    if (phase != FraudCut.Phase.APPEALED) {
      throw refused(
          "the cut by %s of node %s is %s (expected: appealed)".formatted(evidence, node, phase));
    }
    return cut;
  }

  /** Until when, which is not over. */
  private long openUntilSeconds(Address node, Digest evidence) throws RefusedException {
    appealed(node, evidence);
    long until =
        view.network().nodes().cutOpenUntil(node, evidence).on(view.client()).longValueExact();
    if (until <= view.nowSeconds()) {
      throw refused("the time to decide was over at " + until);
    }
    return until;
  }

  /**
   * Remembers for good that somebody brought what a verdict was given for, also where this member
   * has no seat, no place or no model to check it with. What could convict nobody, since it is of
   * no session, is not evidence.
   */
  void brought(Charge charge) throws RefusedException {
    NodePool.Cut cut =
        view.network().nodes().cutOf(charge.node(), charge.digest()).on(view.client());
    if (!FraudCut.Phase.of(cut.phase()).isOpen()) {
      return;
    }
    try {
      for (SignedWork work : charge.works()) {
        desk.terms().require(work);
      }
    } catch (RefusedException _) {
      // Said by whoever has a seat, under seal.
      return;
    }
    try {
      desk.files().keepBrought(charge, System.currentTimeMillis());
    } catch (IOException e) {
      throw new RefusedException(
          Reason.STORE_UNAVAILABLE, "evidence 0x" + charge.digest() + " cannot be kept");
    }
  }

  /**
   * Overturns a verdict whose evidence nobody shows: who convicts has to be able to say by what.
   * Who keeps it brings it every ten minutes to all who may be asked this.
   */
  Attestation checkUnshown(Address node, Digest evidence) throws RefusedException {
    long fromSeconds = FraudCut.unshownFromSeconds(openUntilSeconds(node, evidence));
    if (desk.files().has(evidence)) {
      throw refused(
          "the evidence was brought: its node and that one's owner are shown it here, and the"
              + " appeal is decided by it");
    }
    if (view.nowSeconds() < fromSeconds) {
      throw refused(
          "the evidence may still be brought: wait until %d (now: %d)"
              .formatted(fromSeconds, view.nowSeconds()));
    }
    Duration running = Duration.ofNanos(nanoClock.getAsLong() - startedNanos);
    if (running.compareTo(HEARD) < 0) {
      throw refused(
          "this validator runs for %d s, and may not have heard of the evidence: wait until it is %d s"
              .formatted(running.toSeconds(), HEARD.toSeconds()));
    }
    return unread(node, evidence, true);
  }

  /**
   * What to sign. A member that can neither find a lie nor that all of it is exact says so, and
   * decides nothing.
   */
  Attestation check(Charge charge, boolean overturned) throws RefusedException {
    var _ = openUntilSeconds(charge.node(), charge.digest());
    for (SignedWork work : charge.works()) {
      desk.terms().require(work);
    }
    if (charge.isRun()) {
      checkRun(charge, overturned);
    } else {
      Examined found = desk.judge(charge.works().getFirst(), PATIENCE_SECONDS);
      boolean right = overturned ? found.found() == ExamineReply.Found.FOUND_EXACT : found.isLie();
      if (!right) {
        throw refused("found here: " + found.detail());
      }
    }
    return unread(charge.node(), charge.digest(), overturned);
  }

  /**
   * A run stands when the test condemns it here too, whatever this member's own samples say, and
   * falls when one of its answers is exact.
   */
  private void checkRun(Charge charge, boolean overturned) throws RefusedException {
    RunCheck.Found found = runs.find(charge, PATIENCE_SECONDS);
    boolean right =
        switch (found) {
          case RunCheck.Found.Honest _ -> overturned;
          case RunCheck.Found.Undecided _ -> false;
          case RunCheck.Found.Condemned _ -> !overturned;
        };
    if (!right) {
      throw refused("found here: " + found);
    }
  }

  /** What would be signed, unread. */
  static Attestation unread(Address node, Digest evidence, boolean overturned) {
    return Attestation.of(
        Subjects.appealSubject(node, evidence), new AppealVerdict(node, evidence, overturned));
  }

  private static RefusedException refused(String detail) {
    return new RefusedException(Reason.REFUSED_APPEAL, detail);
  }
}

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
import java.util.List;
import java.util.Set;

/** Whether a verdict of fraud stands: this validator's own check of the same work says so. */
final class AppealCheck {
  /** Less than an asker waits. */
  private static final int PATIENCE_SECONDS = 15;

  private final ChainView view;
  private final Seats seats;
  private final WorkDesk desk;
  private final RunCheck runs;

  AppealCheck(ChainView view, Seats seats, WorkDesk desk) {
    this.view = view;
    this.seats = seats;
    this.desk = desk;
    this.runs = new RunCheck(desk);
  }

  /** Who decides: other owners than those of the verdict, from the set that it fixed. */
  Sitting sitting(Charge charge) throws RefusedException {
    NodePool pool = view.network().nodes();
    ValidatorRegistry registry = view.network().validators();
    List<Address> barred = pool.barredOf(charge.node(), charge.digest()).on(view.client());
    Address owner = seats.owner();
    if (barred.contains(owner)) {
      throw new RefusedException(
          Reason.REFUSED_INTEREST,
          owner + " signed the verdict, brought it, or owns the node; others decide");
    }
    NodePool.Cut cut = appealed(charge);
    long newest = registry.setVersion().on(view.client());
    if (cut.judgedBy() > newest) {
      throw refused(
          "it is decided by set %d, which is not made yet (newest: %d)"
              .formatted(cut.judgedBy(), newest));
    }
    Digest subject = Subjects.appealSubject(charge.node(), charge.digest());
    return seats.sit(
        subject,
        registry.committeeWithout(subject, cut.judgedBy(), barred).on(view.client()),
        Set.copyOf(barred));
  }

  private NodePool.Cut appealed(Charge charge) throws RefusedException {
    NodePool.Cut cut =
        view.network().nodes().cutOf(charge.node(), charge.digest()).on(view.client());
    FraudCut.Phase phase = FraudCut.Phase.of(cut.phase());
    if (phase != FraudCut.Phase.APPEALED) {
      throw refused(
          "the cut by %s of node %s is %s (expected: appealed)"
              .formatted(charge.digest(), charge.node(), phase));
    }
    return cut;
  }

  /**
   * What to sign. A member that can neither find a lie nor that all of it is exact says so, and
   * decides nothing.
   */
  Attestation check(Charge charge, boolean overturned) throws RefusedException {
    appealed(charge);
    long until =
        view.network()
            .nodes()
            .cutOpenUntil(charge.node(), charge.digest())
            .on(view.client())
            .longValueExact();
    if (until <= view.nowSeconds()) {
      throw refused("the time to decide was over at " + until);
    }
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
    return unread(charge, overturned);
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
  static Attestation unread(Charge charge, boolean overturned) {
    return Attestation.of(
        Subjects.appealSubject(charge.node(), charge.digest()),
        new AppealVerdict(charge.node(), charge.digest(), overturned));
  }

  private static RefusedException refused(String detail) {
    return new RefusedException(Reason.REFUSED_APPEAL, detail);
  }
}

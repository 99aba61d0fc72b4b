package io.myelin.validator;

import io.myelin.committee.wire.Reason;
import io.myelin.protocol.work.Charge;
import io.myelin.protocol.work.SignedWork;
import io.myelin.protocol.work.Sprt;
import io.myelin.protocol.work.WorkFinding;
import io.myelin.protocol.work.WorkHistory;
import io.myelin.v1.ExamineReply;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;

/**
 * What this validator finds of a run of measured answers: it measures each of them itself, with its
 * own copy of the model and its own calibration.
 */
final class RunCheck {
  private final WorkDesk desk;

  RunCheck(WorkDesk desk) {
    this.desk = desk;
  }

  /** What a run comes to here. */
  sealed interface Found {

    /**
     * One of them is, bit for bit, what the model says, or the test would not condemn.
     *
     * @param detail for people
     */
    record Honest(String detail) implements Found {}

    /**
     * One of them is a lie, or the test condemns.
     *
     * @param detail for people
     */
    record Condemned(String detail) implements Found {}
  }

  /**
   * Measures all of them; blocks. What was measured is remembered, so that who asks again goes on
   * where the time was over.
   *
   * @throws RefusedException when it cannot be told here, or not in time
   */
  Found find(Charge charge, int seconds) throws RefusedException {
    long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    List<Double> ratios = new ArrayList<>();
    for (SignedWork work : charge.works()) {
      long leftNanos = deadlineNanos - System.nanoTime();
      Examined found =
          desk.judge(work, (int) Math.max(1, TimeUnit.NANOSECONDS.toSeconds(leftNanos)));
      if (found.found() == ExamineReply.Found.FOUND_EXACT) {
        return new Found.Honest("task " + work.commit().taskId() + ": " + found.detail());
      }
      if (found.isLie()) {
        return new Found.Condemned("task " + work.commit().taskId() + ": " + found.detail());
      }
      ratios.add(ratio(work, found));
    }
    Sprt.State state = desk.histories().sprt().read(ratios);
    String detail =
        "%d measured answers, sum %.2f (condemned from %.2f)"
            .formatted(state.checks(), state.sum(), desk.histories().sprt().upper());
    return state.decision() == Sprt.Decision.CONDEMN
        ? new Found.Condemned(detail)
        : new Found.Honest(detail);
  }

  private double ratio(SignedWork work, Examined found) throws RefusedException {
    OptionalDouble ratio =
        found.measured().isEmpty()
            ? OptionalDouble.empty()
            : desk.histories().ratio(work, found.measured().get());
    if (ratio.isEmpty()) {
      throw new RefusedException(
          Reason.NOT_EQUIPPED,
          "task %s: %s, and no calibration here is for that; others decide"
              .formatted(work.commit().taskId(), found.detail()));
    }
    return ratio.getAsDouble();
  }

  /**
   * Refuses where this validator's own samples of the node do not condemn it, too: who accuses may
   * have picked the worst of many answers.
   */
  void requireOwnHistory(Charge charge) throws RefusedException {
    SignedWork last = charge.works().getLast();
    Examined found = desk.judge(last, 1);
    WorkHistory own =
        found
            .measured()
            .map(WorkFinding.Measured::checkerClass)
            .map(checkerClass -> desk.histories().of(last, checkerClass))
            .orElse(WorkHistory.NONE);
    if (!own.isCondemned()) {
      throw new RefusedException(
          Reason.REFUSED_WORK,
          "own samples of %s: %d in this run, sum %.2f (expected: condemned, from %.2f)"
              .formatted(
                  charge.node(),
                  own.run().size(),
                  own.state().sum(),
                  desk.histories().sprt().upper()));
    }
  }
}

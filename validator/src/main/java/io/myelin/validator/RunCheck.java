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
import java.util.Optional;
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
     * None is a lie, and one of them is, bit for bit, what the model says.
     *
     * @param detail for people
     */
    record Honest(String detail) implements Found {}

    /**
     * All are measured, and the test does not condemn: another's measure may, so that proves
     * nothing to the node's good.
     *
     * @param detail for people
     */
    record Undecided(String detail) implements Found {}

    /**
     * One of them is a lie, or the test condemns.
     *
     * @param detail for people
     * @param isLie whether it is a lie, which convicts by itself
     */
    record Condemned(String detail, boolean isLie) implements Found {}
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
    Optional<String> exact = Optional.empty();
    for (SignedWork work : charge.works()) {
      long leftNanos = deadlineNanos - System.nanoTime();
      Examined found =
          desk.judge(work, (int) Math.max(1, TimeUnit.NANOSECONDS.toSeconds(leftNanos)));
      String words = "task " + work.commit().taskId() + ": " + found.detail();
      if (found.isLie()) {
        return new Found.Condemned(words, true);
      } else if (found.found() == ExamineReply.Found.FOUND_EXACT) {
        exact = Optional.of(words);
      } else if (exact.isEmpty()) {
        ratios.add(ratio(work, found));
      }
    }
    if (exact.isPresent()) {
      return new Found.Honest(exact.get());
    }
    Sprt.State state = desk.histories().sprt().sum(ratios);
    String detail = RunMaker.words(state, desk.histories().sprt());
    return state.decision() == Sprt.Decision.CONDEMN
        ? new Found.Condemned(detail, false)
        : new Found.Undecided(detail);
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

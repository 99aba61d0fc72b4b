package io.myelin.protocol.work;

import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.TaskId;
import java.util.ArrayList;
import java.util.List;

/**
 * The measured checks of one node since the sequential test last began, by one validator. Pure: a
 * check makes another history.
 *
 * @param run the checks that count, oldest first
 * @param state what the test says of them
 */
public record WorkHistory(List<Sample> run, Sprt.State state) {
  /** Of a node of which nothing was measured, or which was just cleared. */
  public static final WorkHistory NONE =
      new WorkHistory(List.of(), new Sprt.State(Sprt.Decision.CONTINUE, 0, 0));

  /**
   * One check.
   *
   * @param work by which the answer is known
   * @param task of which a run has one answer at most
   * @param ratio log-likelihood ratio "cheat against honest", natural logarithm
   */
  public record Sample(Digest work, TaskId task, double ratio) {}

  /** Copies. */
  public WorkHistory {
    run = List.copyOf(run);
  }

  /**
   * With one check more. A node that is condemned stays so; one that is cleared begins again, and
   * so does a run that has not decided in as many checks as a {@link Charge} can hold. A second
   * answer to a task counts nothing.
   */
  public WorkHistory with(Sample sample, Sprt sprt) {
    if (isCondemned() || run.stream().anyMatch(one -> one.task().equals(sample.task()))) {
      return this;
    }
    List<Sample> longer = new ArrayList<>(run);
    longer.add(sample);
    Sprt.State next = sprt.read(longer.stream().map(Sample::ratio).toList());
    boolean begins =
        next.decision() == Sprt.Decision.CLEAR
            || (next.decision() == Sprt.Decision.CONTINUE && longer.size() == Charge.MOST_WORKS);
    return begins ? NONE : new WorkHistory(longer, next);
  }

  /** Whether the test is sure that the node cheats. */
  public boolean isCondemned() {
    return state.decision() == Sprt.Decision.CONDEMN;
  }
}

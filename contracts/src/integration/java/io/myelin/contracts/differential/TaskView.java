package io.myelin.contracts.differential;

import io.myelin.contracts.SessionQueue;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.task.Assignment;
import io.myelin.protocol.task.Deadline;
import io.myelin.protocol.task.DeadlineKind;
import io.myelin.protocol.task.NodeStage;
import io.myelin.protocol.task.Role;
import io.myelin.protocol.task.TaskState;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * All of a task that both sides know. Times are in seconds, 0 where no deadline stands.
 *
 * @param heldWei set aside for it
 */
record TaskView(
    String phase,
    BigInteger heldWei,
    long deadlineAt,
    long precommitAt,
    long commitAt,
    long validateAt) {
  /** A task that was never queued. */
  static final TaskView NONE = new TaskView("none", BigInteger.ZERO, 0, 0, 0, 0);

  /** An offer; who has it and how far it got. */
  record Offer(
      String node,
      boolean primary,
      NodeStage stage,
      boolean revealAsked,
      long ackAt,
      Digest precommit) {}

  static TaskView of(TaskState state, BigInteger heldWei) {
    return new TaskView(
        TaskTranslation.phase(state.phase()),
        heldWei,
        at(state, DeadlineKind.TASK, 0),
        at(state, DeadlineKind.PRECOMMIT, 0),
        at(state, DeadlineKind.COMMIT, 0),
        at(state, DeadlineKind.VALIDATE, 0));
  }

  private static long at(TaskState state, DeadlineKind kind, int subject) {
    Optional<Deadline> armed =
        state.deadlines().stream()
            .filter(d -> d.kind() == kind && d.subject() == subject)
            .findFirst();
    return armed.map(d -> d.atMillis() / 1_000).orElse(0L);
  }

  static TaskView of(SessionQueue.Task t) {
    // What was armed when a task ended stays in storage, where nothing reads it any more.
    boolean live = t.phase() > 0 && t.phase() < 6;
    // Nor, once all is revealed, the task's own deadline: the verdict's counts.
    boolean revealed = t.phase() == 5;
    return new TaskView(
        TaskTranslation.phase((int) t.phase()),
        t.heldWei(),
        live && !revealed ? t.deadlineAt() : 0,
        live ? t.precommitDueAt() : 0,
        live ? t.commitDueAt() : 0,
        live ? t.validateDueAt() : 0);
  }

  static List<Offer> offers(TaskState state) {
    return state.assignments().stream().map(a -> offer(state, a)).toList();
  }

  private static Offer offer(TaskState state, Assignment a) {
    Digest precommit = a.precommit();
    return new Offer(
        a.node().toString(),
        a.role() == Role.PRIMARY,
        a.stage(),
        a.revealAsked(),
        at(state, DeadlineKind.ACK, a.attempt()),
        precommit == null ? Digest.ZERO : precommit);
  }

  /**
   * The contract's offers.
   *
   * @param live whether the task goes on; else a deadline in storage means nothing
   */
  static List<Offer> offers(List<SessionQueue.Attempt> attempts, boolean live) {
    return IntStream.range(0, attempts.size())
        .mapToObj(attempts::get)
        .map(
            a ->
                new Offer(
                    a.node().toString(),
                    a.primary(),
                    TaskTranslation.stage((int) a.stage()),
                    a.revealAsked(),
                    live ? a.ackDueAt() : 0,
                    a.precommit()))
        .toList();
  }
}

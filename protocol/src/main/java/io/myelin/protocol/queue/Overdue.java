package io.myelin.protocol.queue;

import java.util.Optional;

/**
 * A deadline that has passed, and that anyone may enforce.
 *
 * @param attempt which offer, for an acknowledgement; otherwise 0
 */
public record Overdue(Kind kind, int attempt) {

  /** What is late. */
  public enum Kind {
    /** The whole task. */
    TASK(0),
    /** A node's acknowledgement. */
    ACK(1),
    /** The nodes' answers. */
    PRECOMMIT(2),
    /** What nodes owe to reveal. */
    COMMIT(3),
    /** The committee's verdict. */
    VALIDATE(4);

    private final int number;

    Kind(int number) {
      this.number = number;
    }

    /** The contract's number. */
    public int number() {
      return number;
    }
  }

  /** Since when it is late, in the task it was found in; Unix seconds. */
  public long sinceSeconds(QueueTask task) {
    return switch (kind) {
      case TASK -> task.deadlineAtSeconds();
      case ACK -> task.offers().get(attempt - 1).ackDueAtSeconds();
      case PRECOMMIT -> task.precommitDueAtSeconds();
      case COMMIT -> task.commitDueAtSeconds();
      case VALIDATE -> task.validateDueAtSeconds();
    };
  }

  /**
   * The first thing to enforce.
   *
   * <p>A task whose nodes have all revealed has no deadline of its own any more: the work is done,
   * and what is late then is the verdict.
   *
   * @param nowSeconds the chain's time
   */
  public static Optional<Overdue> in(QueueTask task, long nowSeconds) {
    if (task.phase().isEnd() || task.phase() == QueuePhase.NONE) {
      return Optional.empty();
    }
    if (task.phase() == QueuePhase.COMMITTED) {
      return passed(task.validateDueAtSeconds(), nowSeconds)
          ? Optional.of(new Overdue(Kind.VALIDATE, 0))
          : Optional.empty();
    }
    if (passed(task.deadlineAtSeconds(), nowSeconds)) {
      return Optional.of(new Overdue(Kind.TASK, 0));
    }
    for (QueueOffer offer : task.offers()) {
      if (offer.stage() == QueueStage.OFFERED && passed(offer.ackDueAtSeconds(), nowSeconds)) {
        return Optional.of(new Overdue(Kind.ACK, offer.attempt()));
      }
    }
    if (passed(task.precommitDueAtSeconds(), nowSeconds)) {
      return Optional.of(new Overdue(Kind.PRECOMMIT, 0));
    }
    return passed(task.commitDueAtSeconds(), nowSeconds)
        ? Optional.of(new Overdue(Kind.COMMIT, 0))
        : Optional.empty();
  }

  private static boolean passed(long dueAtSeconds, long nowSeconds) {
    return dueAtSeconds > 0 && nowSeconds >= dueAtSeconds;
  }
}

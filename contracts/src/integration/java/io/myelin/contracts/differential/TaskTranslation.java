package io.myelin.contracts.differential;

import io.myelin.protocol.task.DeadlineKind;
import io.myelin.protocol.task.LossCause;
import io.myelin.protocol.task.NodeStage;
import io.myelin.protocol.task.TaskPhase;
import io.myelin.protocol.task.Transition.RejectReason;

/**
 * What Java's task machine calls a thing, in the words of SessionQueue. Whatever is not here must
 * be equal without a translation. The list stands in docs/contracts.md, "Java against the
 * contracts", with the reasons.
 */
final class TaskTranslation {
  private TaskTranslation() {}

  /** The contract's name of a phase, by its place in {@code SessionQueue.Phase}. */
  static String phase(int ordinal) {
    return switch (ordinal) {
      case 0 -> "none";
      case 1 -> "queued";
      case 2 -> "dispatched";
      case 3 -> "acked";
      case 4 -> "precommitted";
      case 5 -> "committed";
      case 6 -> "completed";
      case 7 -> "failed";
      case 8 -> "cancelled";
      default -> throw new IllegalArgumentException("phase " + ordinal);
    };
  }

  /** Java's name; there is no Validated on chain, where a verdict and the receipt are one step. */
  static String phase(TaskPhase phase) {
    if (phase instanceof TaskPhase.Validated) {
      throw new IllegalStateException("validated without a receipt");
    }
    return phase.label();
  }

  /** The contract's name of a stage, by its place in {@code SessionQueue.Stage}. */
  static NodeStage stage(int ordinal) {
    return switch (ordinal) {
      case 0 -> NodeStage.OFFERED;
      case 1 -> NodeStage.ACKED;
      // No STREAMED: nothing streams through a chain.
      case 2 -> NodeStage.PRECOMMITTED;
      case 3 -> NodeStage.COMMITTED;
      case 4 -> NodeStage.GONE;
      default -> throw new IllegalArgumentException("stage " + ordinal);
    };
  }

  /** The place of a deadline in {@code SessionQueue.Deadline}. */
  static int deadline(DeadlineKind kind) {
    return switch (kind) {
      case TASK -> 0;
      case ACK -> 1;
      case PRECOMMIT -> 2;
      case COMMIT -> 3;
      case VALIDATE -> 4;
      // Nothing streams, a search is answered at once, a receipt is stored with the verdict.
      case STALL, REPLACEMENT, RECEIPT -> throw new IllegalArgumentException(kind.name());
    };
  }

  /** The contract's name of a loss, by its place in {@code SessionQueue.Loss}. */
  static LossCause loss(int ordinal) {
    return switch (ordinal) {
      // Refusing, giving up and crashing are one call on chain, and all cost reputation.
      case 0 -> LossCause.CRASHED;
      case 1 -> LossCause.NO_ACK;
      case 2 -> LossCause.NO_PRECOMMIT;
      case 3 -> LossCause.NO_COMMIT;
      case 4 -> LossCause.BAD_REVEAL;
      // The machine trusts the shell to see counts that cannot be; the contract is its own shell.
      case 5 -> LossCause.PROTOCOL_VIOLATION;
      case 6 -> LossCause.PROMOTED;
      default -> throw new IllegalArgumentException("loss " + ordinal);
    };
  }

  /** The code of a failure, by its place in {@code SessionQueue.Failure}. */
  static String failure(int ordinal) {
    return switch (ordinal) {
      case 0 -> "deadline_exceeded";
      case 1 -> "no_node_left";
      case 2 -> "validation_rejected";
      case 3 -> "validation_timed_out";
      default -> throw new IllegalArgumentException("failure " + ordinal);
    };
  }

  /** The contract's error for a rejection. */
  static String error(RejectReason reason) {
    return switch (reason) {
      case ALREADY_ENDED -> "AlreadyEnded";
      case WRONG_PHASE -> "WrongPhase";
      case UNKNOWN_ATTEMPT -> "UnknownAttempt";
      case NODE_GONE -> "NodeGone";
      case DUPLICATE -> "Duplicate";
      case OUT_OF_ORDER -> "OutOfOrder";
      case REVEAL_NOT_ASKED -> "RevealNotAsked";
      case STALE_DEADLINE -> "StaleDeadline";
      case TOO_LATE -> "TooLate";
      // Streams, searches and slots are no events of the queue's.
      case NOT_PRIMARY, WRONG_NODES, NODE_EXCLUDED, STALE_REQUEST, NOT_A_CONTINUATION, SLOT_HELD ->
          throw new IllegalStateException("no event of the queue is rejected with " + reason);
    };
  }

  /** Points that a loss costs in NodeStats. */
  static int points(LossCause cause) {
    return switch (cause) {
      case BAD_REVEAL, PROTOCOL_VIOLATION -> -2;
      default -> -5;
    };
  }
}

package io.myelin.contracts.differential;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.task.DeadlineKind;

/** What somebody does to the queue. {@code task} is the number of the task in the history. */
sealed interface QueueAction {
  /** Who sends a client's wish. */
  enum By {
    CLIENT,
    /** A relayer with the client's signature. */
    RELAYER,
    /** Somebody who has no say. */
    STRANGER,
    /** A relayer with the signature of somebody else. */
    FORGER
  }

  record Enqueue(
      int task, By by, int maxPromptTokens, int maxOutputTokens, long deadlineAt, boolean wrongSpec)
      implements QueueAction {}

  record Assign(int task) implements QueueAction {}

  record Ack(int task, int attempt, Address node) implements QueueAction {}

  record GiveUp(int task, int attempt, Address node) implements QueueAction {}

  record Precommit(int task, int attempt, Address node, Promise promise) implements QueueAction {}

  /**
   * A reveal.
   *
   * @param wrongOutput whether the output sent along is not the one that was revealed
   */
  record Commit(int task, int attempt, Address node, Promise promise, boolean wrongOutput)
      implements QueueAction {}

  /**
   * A committee's word.
   *
   * @param signers how many of it signed; 3 are a quorum
   * @param aboutOthers whether they signed it about other commits
   */
  record Verdict(int task, boolean accepted, int signers, boolean aboutOthers)
      implements QueueAction {}

  record Cancel(int task, By by) implements QueueAction {}

  record Enforce(int task, DeadlineKind kind, int attempt) implements QueueAction {}

  record Finish(boolean byClient) implements QueueAction {}

  /** The session is shown to the queue once more. */
  record Start() implements QueueAction {}
}

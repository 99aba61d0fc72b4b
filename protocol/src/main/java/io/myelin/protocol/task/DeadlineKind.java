package io.myelin.protocol.task;

/** What is waited for. */
public enum DeadlineKind {
  /** The whole task. */
  TASK,
  /** A node's answer to an offer. */
  ACK,
  /** The primary's next chunk. */
  STALL,
  /** Every precommit. */
  PRECOMMIT,
  /** Every reveal. */
  COMMIT,
  /** Another node. */
  REPLACEMENT,
  /** The verdict. */
  VALIDATE,
  /** The stored receipt. */
  RECEIPT
}

package io.myelin.protocol.session;

/** What is waited for. */
public enum SessionDeadlineKind {
  /** The choice of nodes. */
  SELECT,
  /** The approval. */
  APPROVE,
  /** The escrow and the reservations. */
  FUND,
  /** The end the client agreed to. */
  EXPIRY,
  /** The end of running tasks. */
  DRAIN,
  /** The confirmation of a settlement or refund. */
  MONEY
}

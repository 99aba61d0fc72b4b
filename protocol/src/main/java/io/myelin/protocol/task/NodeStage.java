package io.myelin.protocol.task;

/** How far one offer has come. Declared in the order they are passed through. */
public enum NodeStage {
  /** The offer is out, no answer yet. */
  OFFERED,
  /** Accepted; working. */
  ACKED,
  /** Primary only: its last chunk was relayed. */
  STREAMED,
  /** Bound to a result by a salted hash. */
  PRECOMMITTED,
  /** Revealed what it was bound to, and the reveal held. */
  COMMITTED,
  /** Out of this task: lost, refused, failed or replaced. */
  GONE
}

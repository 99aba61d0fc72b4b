package io.myelin.protocol.pool;

/** Whether a node is trusted with work. */
public enum Standing {
  /** Not tested yet, or failed its last test. */
  UNQUALIFIED,
  /** Passed its last test. */
  QUALIFIED,
  /** Kept out until someone reinstates it. */
  SUSPENDED,
  /** Gone, but a session still holds slots of it. */
  LEAVING
}

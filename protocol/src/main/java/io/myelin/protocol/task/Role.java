package io.myelin.protocol.task;

/** What a node does for a task. */
public enum Role {
  /** Its chunks are relayed to the client. One at a time. */
  PRIMARY,
  /** Runs the same work blind and only commits to its result. */
  REPLICA
}

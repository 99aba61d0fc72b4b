package io.myelin.compute;

/**
 * How a node ended.
 *
 * @param kind what happened
 * @param message for a human
 */
public record NodeExit(Kind kind, String message) {

  /** What happened. */
  public enum Kind {
    /** It was asked to drain, and did. */
    DRAINED,
    /** The gateway does not want it. */
    REJECTED,
    /** It was closed or cut off. */
    CLOSED
  }

  static NodeExit drained(int owed) {
    return new NodeExit(
        Kind.DRAINED,
        owed == 0
            ? "drained; nothing is owed"
            : "drained at the deadline; " + owed + " promises are kept for the next start");
  }

  static NodeExit rejected(String message) {
    return new NodeExit(Kind.REJECTED, message);
  }

  static NodeExit closed(String message) {
    return new NodeExit(Kind.CLOSED, message);
  }
}

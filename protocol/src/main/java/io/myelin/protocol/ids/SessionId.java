package io.myelin.protocol.ids;

import com.fasterxml.jackson.annotation.JsonCreator;

/** One reservation of nodes with its budget: 32 bytes, shown as 64 hex digits. */
public final class SessionId extends FixedBytes implements Comparable<SessionId> {
  /** Bytes in one. */
  public static final int LENGTH = 32;

  private SessionId(byte[] bytes) {
    super("session id", LENGTH, bytes);
  }

  /**
   * From its bytes, which are copied.
   *
   * @throws IllegalArgumentException unless there are exactly 32
   */
  public static SessionId of(byte[] bytes) {
    return new SessionId(bytes);
  }

  /**
   * From 64 hex digits.
   *
   * @throws IllegalArgumentException when the text is anything else
   */
  @JsonCreator
  public static SessionId parse(String text) {
    return new SessionId(parseHex("session id", LENGTH, "", text));
  }

  @Override
  public int compareTo(SessionId other) {
    return compareBytes(other);
  }
}

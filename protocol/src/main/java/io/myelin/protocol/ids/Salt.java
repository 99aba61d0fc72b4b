package io.myelin.protocol.ids;

import com.fasterxml.jackson.annotation.JsonCreator;

/** 32 random bytes that blind a precommit until it is opened. */
public final class Salt extends FixedBytes implements Comparable<Salt> {
  /** Bytes in one. */
  public static final int LENGTH = 32;

  private Salt(byte[] bytes) {
    super("salt", LENGTH, bytes);
  }

  /**
   * From its bytes, which are copied.
   *
   * @throws IllegalArgumentException unless there are exactly 32
   */
  public static Salt of(byte[] bytes) {
    return new Salt(bytes);
  }

  /**
   * From 64 hex digits.
   *
   * @throws IllegalArgumentException when the text is anything else
   */
  @JsonCreator
  public static Salt parse(String text) {
    return new Salt(parseHex("salt", LENGTH, "", text));
  }

  @Override
  public int compareTo(Salt other) {
    return compareBytes(other);
  }
}

package io.myelin.protocol.ids;

import com.fasterxml.jackson.annotation.JsonCreator;

/** A 32-byte digest (SHA-256 or Keccak-256, as its place says), shown as 64 hex digits. */
public final class Digest extends FixedBytes implements Comparable<Digest> {
  /** Bytes in one. */
  public static final int LENGTH = 32;

  /** All zero: the digest of nothing. */
  public static final Digest ZERO = new Digest(new byte[LENGTH]);

  private Digest(byte[] bytes) {
    super("digest", LENGTH, bytes);
  }

  /**
   * From its bytes, which are copied.
   *
   * @throws IllegalArgumentException unless there are exactly 32
   */
  public static Digest of(byte[] bytes) {
    return new Digest(bytes);
  }

  /**
   * From 64 hex digits.
   *
   * @throws IllegalArgumentException when the text is anything else
   */
  @JsonCreator
  public static Digest parse(String text) {
    return new Digest(parseHex("digest", LENGTH, "", text));
  }

  @Override
  public int compareTo(Digest other) {
    return compareBytes(other);
  }
}

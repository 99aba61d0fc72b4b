package io.myelin.protocol.typeddata;

import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.FixedBytes;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;

/** Collects the 32-byte words of one struct and hashes them. */
final class StructEncoder implements FieldWriter {
  private static final int WORD = 32;

  private final FieldCursor cursor;
  private final byte[] words;
  private int end;

  StructEncoder(StructType type) {
    this.cursor = new FieldCursor(type);
    this.words = new byte[WORD * (1 + type.fields().size())];
    right(type.typeHash().bytes());
  }

  @Override
  public void bytes32(FixedBytes value) {
    cursor.next("bytes32");
    byte[] bytes = value.bytes();
    if (bytes.length != WORD) {
      throw new IllegalArgumentException(
          "bytes32: " + bytes.length + " bytes (expected: " + WORD + ")");
    }
    right(bytes);
  }

  @Override
  public void address(Address value) {
    cursor.next("address");
    right(value.bytes());
  }

  @Override
  public void bool(boolean value) {
    cursor.next("bool");
    right(new byte[] {(byte) (value ? 1 : 0)});
  }

  @Override
  public void string(String value) {
    cursor.next("string");
    right(Keccak256.hashBytes(value.getBytes(StandardCharsets.UTF_8)));
  }

  @Override
  public void uint(BigInteger value) {
    cursor.nextUnsigned(value);
    byte[] bytes = value.toByteArray();
    // BigInteger puts a zero byte before a value whose top bit is set.
    int from = Math.max(0, bytes.length - WORD);
    end += WORD;
    System.arraycopy(bytes, from, words, end - (bytes.length - from), bytes.length - from);
  }

  Digest finish() {
    cursor.finish();
    return Keccak256.hash(words);
  }

  /** Right-aligned in the next word. */
  private void right(byte[] value) {
    end += WORD;
    System.arraycopy(value, 0, words, end - value.length, value.length);
  }
}

package io.myelin.protocol.settlement;

import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.FixedBytes;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;

/**
 * Writes Solidity's {@code abi.encode} word by word. Whoever writes a dynamic value gives its
 * offset, as the layout is fixed for each struct.
 */
final class AbiWords {
  static final int WORD = 32;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream(512);

  AbiWords word(FixedBytes value) {
    byte[] bytes = value.bytes();
    if (bytes.length != WORD) {
      throw new IllegalArgumentException(
          "bytes32: " + bytes.length + " bytes (expected: " + WORD + ")");
    }
    out.writeBytes(bytes);
    return this;
  }

  AbiWords address(Address value) {
    return right(value.bytes());
  }

  /** An unsigned integer that its record has held to its range. */
  AbiWords uint(BigInteger value) {
    byte[] bytes = value.toByteArray();
    if (value.signum() < 0 || value.bitLength() > WORD * 8) {
      throw new IllegalArgumentException("uint256: " + value + " (expected: 0 to 2^256 - 1)");
    }
    // BigInteger puts a zero byte before a value whose top bit is set.
    if (bytes.length > WORD) {
      out.write(bytes, 1, WORD);
      return this;
    }
    return right(bytes);
  }

  AbiWords uint(long value) {
    return uint(BigInteger.valueOf(value));
  }

  /** The offset of a dynamic value, in words from the start of its tuple. */
  AbiWords offset(int words) {
    return uint((long) words * WORD);
  }

  Digest keccak() {
    return Keccak256.hash(out.toByteArray());
  }

  private AbiWords right(byte[] bytes) {
    out.writeBytes(new byte[WORD - bytes.length]);
    out.writeBytes(bytes);
    return this;
  }
}

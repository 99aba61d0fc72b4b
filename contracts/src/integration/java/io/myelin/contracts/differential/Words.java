package io.myelin.contracts.differential;

import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.FixedBytes;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.ids.TaskId;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;

/** {@code keccak256(abi.encode(…))} of values that take a word each. */
final class Words {
  private static final int WORD = 32;

  private Words() {}

  /** Of digests, addresses, whole numbers and truths. */
  static Digest hash(Object... values) {
    ByteArrayOutputStream words = new ByteArrayOutputStream();
    for (Object value : values) {
      byte[] bytes =
          switch (value) {
            case FixedBytes fixed -> fixed.bytes();
            case BigInteger number -> number.toByteArray();
            case Number number -> BigInteger.valueOf(number.longValue()).toByteArray();
            case Boolean flag -> new byte[] {(byte) (flag ? 1 : 0)};
            default -> throw new IllegalArgumentException("no word: " + value.getClass());
          };
      // A BigInteger of 32 bytes may have a zero byte before them.
      int length = Math.min(bytes.length, WORD);
      words.write(new byte[WORD - length], 0, WORD - length);
      words.write(bytes, bytes.length - length, length);
    }
    return Keccak256.hash(words.toByteArray());
  }

  static Digest text(String text) {
    return Keccak256.hash(text.getBytes(StandardCharsets.UTF_8));
  }

  static Digest digest(SessionId id) {
    return Digest.of(id.bytes());
  }

  static Digest digest(TaskId id) {
    return Digest.of(id.bytes());
  }

  /** An account that nobody has the key of. */
  static Address account(String name) {
    return Address.of(java.util.Arrays.copyOf(text(name).bytes(), Address.LENGTH));
  }
}

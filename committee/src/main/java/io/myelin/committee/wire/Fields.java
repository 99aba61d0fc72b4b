package io.myelin.committee.wire;

import com.google.protobuf.ByteString;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.FixedBytes;
import java.math.BigInteger;
import java.util.List;
import java.util.function.Function;

/**
 * Single fields of the messages. Reading fails with an {@link IllegalArgumentException} that names
 * the field.
 */
public final class Fields {
  private static final int MAX_WEI_BYTES = 32;

  private Fields() {}

  /** Bytes of fixed number. */
  public static ByteString bytes(FixedBytes value) {
    return ByteString.copyFrom(value.bytes());
  }

  /** An amount: big-endian without leading zeros. */
  public static ByteString wei(BigInteger value) {
    byte[] bytes = value.toByteArray();
    return bytes[0] == 0
        ? ByteString.copyFrom(bytes, 1, bytes.length - 1)
        : ByteString.copyFrom(bytes);
  }

  /** An amount of a field. */
  public static BigInteger wei(String field, ByteString value) {
    if (value.size() > MAX_WEI_BYTES) {
      throw new IllegalArgumentException(
          field + ": " + value.size() + " bytes (expected: at most " + MAX_WEI_BYTES + ")");
    }
    return new BigInteger(1, value.toByteArray());
  }

  /** An address of a field. */
  public static Address address(String field, ByteString value) {
    return named(field, value, Address::of);
  }

  /** Addresses of a field, in order. */
  public static List<Address> addresses(String field, List<ByteString> values) {
    return values.stream().map(value -> address(field, value)).toList();
  }

  /** A digest of a field. */
  public static Digest digest(String field, ByteString value) {
    return named(field, value, Digest::of);
  }

  /** A signature of a field. */
  public static Signature signature(String field, ByteString value) {
    return named(field, value, Signature::of);
  }

  /** A number of a field that this program counts with an int. */
  public static int small(String field, int value) {
    if (value < 0) {
      throw new IllegalArgumentException(
          field + ": " + Integer.toUnsignedString(value) + " (expected: at most 2^31 - 1)");
    }
    return value;
  }

  /** A number of a field that this program counts with a long. */
  public static long number(String field, long value) {
    if (value < 0) {
      throw new IllegalArgumentException(
          field + ": " + Long.toUnsignedString(value) + " (expected: at most 2^63 - 1)");
    }
    return value;
  }

  static <T> T named(String field, ByteString value, Function<byte[], T> make) {
    try {
      return make.apply(value.toByteArray());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(field + ": " + e.getMessage(), e);
    }
  }
}

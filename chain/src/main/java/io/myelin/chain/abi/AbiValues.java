package io.myelin.chain.abi;

import io.myelin.chain.Bytes;
import io.myelin.protocol.ids.Digest;
import java.math.BigInteger;
import java.util.List;
import java.util.function.Function;

/** Between the values of the codec and the narrower types that bindings show. */
public final class AbiValues {
  private AbiValues() {}

  /**
   * A whole number of at most 64 bits.
   *
   * @throws AbiException when it is above 2^63 - 1
   */
  public static long toLong(Object value) {
    BigInteger number = (BigInteger) value;
    if (number.bitLength() > 63) {
      throw new AbiException(number + " does not fit a long (expected: below 2^63)");
    }
    return number.longValue();
  }

  /** A long as the codec wants it. */
  public static BigInteger number(long value) {
    return BigInteger.valueOf(value);
  }

  /** 32 bytes as a digest. */
  public static Digest digest(Object value) {
    return Digest.of(((Bytes) value).toArray());
  }

  /** A digest as 32 bytes. */
  public static Bytes word(Digest digest) {
    return Bytes.of(digest.bytes());
  }

  /** A struct's components. */
  public static List<?> tuple(Object value) {
    return (List<?>) value;
  }

  /** A list, each element converted. */
  public static <T> List<T> list(Object value, Function<Object, T> element) {
    return ((List<?>) value).stream().map(one -> element.apply((Object) one)).toList();
  }

  /** A list as the codec wants it. */
  public static <T> List<Object> raw(List<T> values, Function<T, Object> element) {
    return values.stream().map(element).toList();
  }
}

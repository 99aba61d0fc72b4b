package io.myelin.protocol.typeddata;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.FixedBytes;
import java.math.BigInteger;

/** Takes a struct's fields in order; each call must match the declared type of its field. */
public interface FieldWriter {
  /** A {@code bytes32}. */
  void bytes32(FixedBytes value);

  /** An {@code address}. */
  void address(Address value);

  /** A {@code bool}. */
  void bool(boolean value);

  /** A {@code string}. */
  void string(String value);

  /** Any {@code uintN}; the value must fit its N bits. */
  void uint(BigInteger value);

  /** Any {@code uintN} from a non-negative long. */
  default void uint(long value) {
    uint(BigInteger.valueOf(value));
  }
}

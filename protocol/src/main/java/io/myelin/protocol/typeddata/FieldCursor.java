package io.myelin.protocol.typeddata;

import java.math.BigInteger;

/** Walks a struct's declared fields and holds each written value against its declaration. */
final class FieldCursor {
  private final StructType type;
  private int index;

  FieldCursor(StructType type) {
    this.type = type;
  }

  StructType.Field next(String written) {
    StructType.Field field = take();
    if (!field.type().equals(written)) {
      throw new IllegalStateException(
          type.name() + "." + field.name() + ": wrote " + written + ", declared " + field.type());
    }
    return field;
  }

  StructType.Field nextUnsigned(BigInteger value) {
    StructType.Field field = take();
    int bits = field.unsignedBits();
    if (value.signum() < 0 || value.bitLength() > bits) {
      throw new IllegalArgumentException(
          field.name() + ": " + value + " (expected: an unsigned integer of " + bits + " bits)");
    }
    return field;
  }

  void finish() {
    if (index != type.fields().size()) {
      throw new IllegalStateException(
          type.name() + ": " + index + " fields written of " + type.fields().size());
    }
  }

  private StructType.Field take() {
    if (index == type.fields().size()) {
      throw new IllegalStateException(type.name() + ": more fields written than declared");
    }
    return type.fields().get(index++);
  }
}

package io.myelin.protocol.typeddata;

import io.myelin.protocol.ids.Address;

/**
 * What a committee attests of a validator that does not answer.
 *
 * @param validator its owner
 * @param window which window of time, counted from 1970: {@link #windowOf}
 */
public record AbsenceVerdict(Address validator, long window) implements TypedStruct {
  /** Length of a window, as the contract has it. */
  public static final long WINDOW_SECONDS = 300;

  /** The type as EIP-712 hashes it. */
  public static final StructType TYPE =
      StructType.parse("AbsenceVerdict(address validator,uint64 window)");

  public AbsenceVerdict {
    if (window < 0) {
      throw new IllegalArgumentException("window: " + window + " (expected: >= 0)");
    }
  }

  /** The window that a moment of the chain is in. */
  public static long windowOf(long chainSeconds) {
    return chainSeconds / WINDOW_SECONDS;
  }

  @Override
  public StructType type() {
    return TYPE;
  }

  @Override
  public void writeTo(FieldWriter writer) {
    writer.address(validator);
    writer.uint(window);
  }
}

package io.myelin.protocol.typeddata;

import io.myelin.protocol.ids.Address;

/**
 * What a client signs to take its requests of one place out of the mempool.
 *
 * @param client whose they are
 * @param nonce the place
 * @param untilMillis Unix time up to which nothing comes back to this place; no request in it
 *     should be valid for longer
 */
public record PendingCancel(Address client, long nonce, long untilMillis) implements TypedStruct {
  /** The type as EIP-712 hashes it. */
  public static final StructType TYPE =
      StructType.parse("PendingCancel(address client,uint64 nonce,uint64 untilMillis)");

  public PendingCancel {
    if (nonce < 0) {
      throw new IllegalArgumentException("nonce: " + nonce + " (expected: >= 0)");
    }
    if (untilMillis < 0) {
      throw new IllegalArgumentException("untilMillis: " + untilMillis + " (expected: >= 0)");
    }
  }

  @Override
  public StructType type() {
    return TYPE;
  }

  @Override
  public void writeTo(FieldWriter writer) {
    writer.address(client);
    writer.uint(nonce);
    writer.uint(untilMillis);
  }
}

package io.myelin.protocol.typeddata;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;

/**
 * What a committee attests when it lets a gateway settle sessions.
 *
 * @param gateway whose batch it is
 * @param batch its number, from 0
 * @param settlementsDigest over the batch's settlements, in order
 */
public record BatchSettlement(Address gateway, long batch, Digest settlementsDigest)
    implements TypedStruct {
  /** The type as EIP-712 hashes it. */
  public static final StructType TYPE =
      StructType.parse(
          "BatchSettlement(address gateway,uint64 batch," + "bytes32 settlementsDigest)");

  public BatchSettlement {
    if (batch < 0) {
      throw new IllegalArgumentException("batch: " + batch + " (expected: >= 0)");
    }
  }

  @Override
  public StructType type() {
    return TYPE;
  }

  @Override
  public void writeTo(FieldWriter writer) {
    writer.address(gateway);
    writer.uint(batch);
    writer.bytes32(settlementsDigest);
  }
}

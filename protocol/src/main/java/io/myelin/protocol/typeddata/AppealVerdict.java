package io.myelin.protocol.typeddata;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;

/**
 * What a committee of other owners attests of a verdict of fraud that was appealed.
 *
 * @param node whose stake is locked
 * @param evidenceDigest of the work that it was convicted by
 * @param overturned whether the work is what the model says; else the verdict stands
 */
public record AppealVerdict(Address node, Digest evidenceDigest, boolean overturned)
    implements TypedStruct {
  /** The type as EIP-712 hashes it. */
  public static final StructType TYPE =
      StructType.parse("AppealVerdict(address node,bytes32 evidenceDigest,bool overturned)");

  @Override
  public StructType type() {
    return TYPE;
  }

  @Override
  public void writeTo(FieldWriter writer) {
    writer.address(node);
    writer.bytes32(evidenceDigest);
    writer.bool(overturned);
  }
}

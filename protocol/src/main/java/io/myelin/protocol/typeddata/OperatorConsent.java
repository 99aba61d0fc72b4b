package io.myelin.protocol.typeddata;

import io.myelin.protocol.ids.Address;

/**
 * What an operator key signs so that its owner may register it: nobody registers a key that is not
 * theirs.
 *
 * @param owner the cold account that stakes
 * @param operator the key that signs this
 */
public record OperatorConsent(Address owner, Address operator) implements TypedStruct {
  /** The type as EIP-712 hashes it. */
  public static final StructType TYPE =
      StructType.parse("OperatorConsent(address owner,address operator)");

  @Override
  public StructType type() {
    return TYPE;
  }

  @Override
  public void writeTo(FieldWriter writer) {
    writer.address(owner);
    writer.address(operator);
  }
}

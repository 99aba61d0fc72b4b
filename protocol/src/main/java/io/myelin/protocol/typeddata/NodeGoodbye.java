package io.myelin.protocol.typeddata;

import io.myelin.protocol.ids.Address;

/**
 * What a node signs when it leaves, so that registry nodes stop naming it at once.
 *
 * @param operator the node's key
 * @param sequence of its last record: one signed later brings it back
 */
public record NodeGoodbye(Address operator, long sequence) implements TypedStruct {
  /** The type as EIP-712 hashes it. */
  public static final StructType TYPE =
      StructType.parse("NodeGoodbye(address operator,uint64 sequence)");

  public NodeGoodbye {
    if (sequence < 0) {
      throw new IllegalArgumentException("sequence: " + sequence + " (expected: >= 0)");
    }
  }

  @Override
  public StructType type() {
    return TYPE;
  }

  @Override
  public void writeTo(FieldWriter writer) {
    writer.address(operator);
    writer.uint(sequence);
  }
}

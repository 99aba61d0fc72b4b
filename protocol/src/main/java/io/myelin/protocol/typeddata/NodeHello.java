package io.myelin.protocol.typeddata;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;

/**
 * What a node signs to prove its key to a gateway when it connects.
 *
 * @param gateway whom it greets, so that no other gateway can replay it
 * @param nonce the gateway's challenge, used once
 * @param operator the node's key
 * @param slots tasks it runs at once, at least 1
 * @param modelsDigest what it serves: {@link io.myelin.protocol.commitment.WorkDigest#ofModels}
 */
public record NodeHello(
    Address gateway, Digest nonce, Address operator, int slots, Digest modelsDigest)
    implements TypedStruct {
  /** The type as EIP-712 hashes it. */
  public static final StructType TYPE =
      StructType.parse(
          "NodeHello(address gateway,bytes32 nonce,address operator,uint32 slots,"
              + "bytes32 modelsDigest)");

  public NodeHello {
    if (slots < 1) {
      throw new IllegalArgumentException("slots: " + slots + " (expected: >= 1)");
    }
  }

  @Override
  public StructType type() {
    return TYPE;
  }

  @Override
  public void writeTo(FieldWriter writer) {
    writer.address(gateway);
    writer.bytes32(nonce);
    writer.address(operator);
    writer.uint(slots);
    writer.bytes32(modelsDigest);
  }
}

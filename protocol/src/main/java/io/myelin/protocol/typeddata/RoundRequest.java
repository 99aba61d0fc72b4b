package io.myelin.protocol.typeddata;

import io.myelin.protocol.ids.Digest;

/**
 * What a committee attests before a cognitive round begins: that these nodes are its draw.
 *
 * @param roundId the round's, which follows from its number
 * @param nodesDigest of the nodes in the order drawn, as {@code Approvals.nodesDigest} makes it
 * @param responders how many of them are to answer
 */
public record RoundRequest(Digest roundId, Digest nodesDigest, int responders)
    implements TypedStruct {
  /** The type as EIP-712 hashes it. */
  public static final StructType TYPE =
      StructType.parse("RoundRequest(bytes32 roundId,bytes32 nodesDigest,uint8 responders)");

  public RoundRequest {
    if (responders < 1 || responders > 255) {
      throw new IllegalArgumentException("responders: " + responders + " (expected: 1 to 255)");
    }
  }

  @Override
  public StructType type() {
    return TYPE;
  }

  @Override
  public void writeTo(FieldWriter writer) {
    writer.bytes32(roundId);
    writer.bytes32(nodesDigest);
    writer.uint(responders);
  }
}

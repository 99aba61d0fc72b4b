package io.myelin.protocol.typeddata;

import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;

/**
 * What a committee attests when it lets a session open, or lets it have more nodes.
 *
 * @param termsDigest of the terms that hold from then on
 * @param subnetId that offers the model
 * @param priceVersion that was quoted, not negative
 * @param nodesDigest of the nodes drawn, in their order
 * @param seed that they were drawn from
 */
public record SessionApproval(
    SessionId sessionId,
    Digest termsDigest,
    Digest subnetId,
    long priceVersion,
    Digest nodesDigest,
    Digest seed)
    implements TypedStruct {
  /** The type as EIP-712 hashes it. */
  public static final StructType TYPE =
      StructType.parse(
          "SessionApproval(bytes32 sessionId,bytes32 termsDigest,"
              + "bytes32 subnetId,uint64 priceVersion,bytes32 nodesDigest,bytes32 seed)");

  public SessionApproval {
    if (priceVersion < 0) {
      throw new IllegalArgumentException("priceVersion: " + priceVersion + " (expected: >= 0)");
    }
  }

  @Override
  public StructType type() {
    return TYPE;
  }

  @Override
  public void writeTo(FieldWriter writer) {
    writer.bytes32(sessionId);
    writer.bytes32(termsDigest);
    writer.bytes32(subnetId);
    writer.uint(priceVersion);
    writer.bytes32(nodesDigest);
    writer.bytes32(seed);
  }
}

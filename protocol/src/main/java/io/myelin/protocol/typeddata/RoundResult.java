package io.myelin.protocol.typeddata;

import io.myelin.protocol.ids.Digest;

/**
 * What a committee attests of a cognitive round's answers.
 *
 * @param roundId the round's
 * @param resultDigest {@code keccak256(abi.encode(right, wrong))} of the nodes that answered right
 *     and wrong
 */
public record RoundResult(Digest roundId, Digest resultDigest) implements TypedStruct {
  /** The type as EIP-712 hashes it. */
  public static final StructType TYPE =
      StructType.parse("RoundResult(bytes32 roundId,bytes32 resultDigest)");

  @Override
  public StructType type() {
    return TYPE;
  }

  @Override
  public void writeTo(FieldWriter writer) {
    writer.bytes32(roundId);
    writer.bytes32(resultDigest);
  }
}

package io.myelin.protocol.typeddata;

import io.myelin.protocol.ids.Digest;

/**
 * What a validator signs before it shows its verdict: so every other member of the committee can
 * see that this one has given a verdict, and nobody what it is.
 *
 * @param subject what the verdict is about
 * @param round the asker's 32 fresh bytes: a seal counts in one round only
 * @param seal over verdict and salt
 */
public record VerdictSeal(Digest subject, Digest round, Digest seal) implements TypedStruct {
  /** The type as EIP-712 hashes it. */
  public static final StructType TYPE =
      StructType.parse("VerdictSeal(bytes32 subject,bytes32 round,bytes32 seal)");

  @Override
  public StructType type() {
    return TYPE;
  }

  @Override
  public void writeTo(FieldWriter writer) {
    writer.bytes32(subject);
    writer.bytes32(round);
    writer.bytes32(seal);
  }
}

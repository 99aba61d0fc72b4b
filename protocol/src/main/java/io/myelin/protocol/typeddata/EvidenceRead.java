package io.myelin.protocol.typeddata;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;

/**
 * What a node or its owner signs to be shown the work that a verdict of fraud was given for.
 *
 * @param node that was convicted
 * @param evidenceDigest by which the verdict names the work
 * @param validator the operator key of who is asked: nobody else can ask in the asker's name
 * @param untilSeconds Unix time by the chain's clock after which it is good for nothing
 */
public record EvidenceRead(
    Address node, Digest evidenceDigest, Address validator, long untilSeconds)
    implements TypedStruct {
  /** Seconds that one may be good for at most. */
  public static final long MOST_SECONDS = 600;

  /** The type as EIP-712 hashes it. */
  public static final StructType TYPE =
      StructType.parse(
          "EvidenceRead(address node,bytes32 evidenceDigest,address validator,uint64 untilSeconds)");

  public EvidenceRead {
    if (untilSeconds < 0) {
      throw new IllegalArgumentException("untilSeconds: " + untilSeconds + " (expected: >= 0)");
    }
  }

  @Override
  public StructType type() {
    return TYPE;
  }

  @Override
  public void writeTo(FieldWriter writer) {
    writer.address(node);
    writer.bytes32(evidenceDigest);
    writer.address(validator);
    writer.uint(untilSeconds);
  }
}

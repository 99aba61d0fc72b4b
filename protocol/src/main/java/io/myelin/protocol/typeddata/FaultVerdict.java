package io.myelin.protocol.typeddata;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;

/**
 * What a committee attests in a case against a validator.
 *
 * @param validator its owner
 * @param round which case against it, as the contract counts them
 * @param fault the contract's number: 0 downtime, 1 invalid signature, 2 approved an invalid
 *     result, 3 collusion
 * @param evidenceDigest of what it was judged by
 */
public record FaultVerdict(Address validator, long round, int fault, Digest evidenceDigest)
    implements TypedStruct {
  /** The fault of who attested something that is provably wrong. */
  public static final int APPROVED_INVALID_RESULT = 2;

  /** The type as EIP-712 hashes it. */
  public static final StructType TYPE =
      StructType.parse(
          "FaultVerdict(address validator,uint64 round,uint8 fault,bytes32 evidenceDigest)");

  public FaultVerdict {
    if (round < 0) {
      throw new IllegalArgumentException("round: " + round + " (expected: >= 0)");
    }
    if (fault < 0 || fault > 3) {
      throw new IllegalArgumentException("fault: " + fault + " (expected: 0 to 3)");
    }
  }

  @Override
  public StructType type() {
    return TYPE;
  }

  @Override
  public void writeTo(FieldWriter writer) {
    writer.address(validator);
    writer.uint(round);
    writer.uint(fault);
    writer.bytes32(evidenceDigest);
  }
}

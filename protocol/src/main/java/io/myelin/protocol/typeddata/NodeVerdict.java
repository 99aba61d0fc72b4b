package io.myelin.protocol.typeddata;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;

/**
 * What a committee attests of a compute node.
 *
 * @param node the node's key
 * @param round which verdict on this node it is, from 0
 * @param verdict number of the contract's verdict: 0 qualified, 1 disqualified, 2 suspended, 3
 *     reinstated, 4 fraud
 * @param evidenceDigest of what it was judged by
 */
public record NodeVerdict(Address node, long round, int verdict, Digest evidenceDigest)
    implements TypedStruct {
  /** The type as EIP-712 hashes it. */
  public static final StructType TYPE =
      StructType.parse(
          "NodeVerdict(address node,uint64 round,uint8 verdict," + "bytes32 evidenceDigest)");

  /** The number of the verdict that ends a suspension. */
  public static final int REINSTATED = 3;

  /** The number of the verdict that a node signed what was not so; it costs 30 % of its stake. */
  public static final int FRAUD = 4;

  public NodeVerdict {
    if (round < 0) {
      throw new IllegalArgumentException("round: " + round + " (expected: >= 0)");
    }
    if (verdict < 0 || verdict > 255) {
      throw new IllegalArgumentException("verdict: " + verdict + " (expected: 0 to 255)");
    }
  }

  @Override
  public StructType type() {
    return TYPE;
  }

  @Override
  public void writeTo(FieldWriter writer) {
    writer.address(node);
    writer.uint(round);
    writer.uint(verdict);
    writer.bytes32(evidenceDigest);
  }
}

package io.myelin.protocol.typeddata;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.SessionId;
import java.math.BigInteger;

/**
 * What a gateway signs for a node after each of its tasks: all that the node earned in the session
 * so far. The last one proves everything.
 *
 * @param node the node's key
 * @param tasks that it was paid for so far, not negative
 * @param earnedWei by all of them, before the split
 */
public record NodeVoucher(SessionId sessionId, Address node, long tasks, BigInteger earnedWei)
    implements TypedStruct {
  /** The type as EIP-712 hashes it. */
  public static final StructType TYPE =
      StructType.parse(
          "NodeVoucher(bytes32 sessionId,address node,uint64 tasks," + "uint256 earnedWei)");

  public NodeVoucher {
    if (tasks < 0) {
      throw new IllegalArgumentException("tasks: " + tasks + " (expected: >= 0)");
    }
    if (earnedWei.signum() < 0 || earnedWei.bitLength() > 256) {
      throw new IllegalArgumentException("earnedWei: " + earnedWei + " (expected: 0 to 2^256 - 1)");
    }
  }

  @Override
  public StructType type() {
    return TYPE;
  }

  @Override
  public void writeTo(FieldWriter writer) {
    writer.bytes32(sessionId);
    writer.address(node);
    writer.uint(tasks);
    writer.uint(earnedWei);
  }
}

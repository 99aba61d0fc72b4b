package io.myelin.protocol.typeddata;

import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.ids.TaskId;
import java.math.BigInteger;

/**
 * What a gateway signs under a receipt: its digest and the totals that a contract settles.
 *
 * @param receiptDigest SHA-256 of the receipt's canonical JSON without the gateway's signature
 * @param promptTokens counted for the client
 * @param outputTokens counted for the client
 * @param priceWei charged
 */
public record ReceiptAttestation(
    Digest receiptDigest,
    SessionId sessionId,
    TaskId taskId,
    int promptTokens,
    int outputTokens,
    BigInteger priceWei)
    implements TypedStruct {
  /** The type as EIP-712 hashes it. */
  public static final StructType TYPE =
      StructType.parse(
          "ReceiptAttestation(bytes32 receiptDigest,bytes32 sessionId,bytes32 taskId,"
              + "uint32 promptTokens,uint32 outputTokens,uint256 priceWei)");

  @Override
  public StructType type() {
    return TYPE;
  }

  @Override
  public void writeTo(FieldWriter writer) {
    writer.bytes32(receiptDigest);
    writer.bytes32(sessionId);
    writer.bytes32(taskId);
    writer.uint(promptTokens);
    writer.uint(outputTokens);
    writer.uint(priceWei);
  }
}

package io.myelin.protocol.typeddata;

import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;

/**
 * What a gateway signs when it takes in a session request that any gateway of the subnet may open:
 * that it shows the secret behind the commitment in the request's nonce, for this request and no
 * other. So whoever made the request did not know the secret, and cannot try again with it.
 *
 * @param sessionId of the one request
 * @param gatewaySecret 32 bytes whose commitment the request's nonce binds
 * @param validUntilMillis Unix time from which on no committee approves it any more
 */
public record EntryPledge(SessionId sessionId, Digest gatewaySecret, long validUntilMillis)
    implements TypedStruct {
  /** The type as EIP-712 hashes it. */
  public static final StructType TYPE =
      StructType.parse(
          "EntryPledge(bytes32 sessionId,bytes32 gatewaySecret,uint64 validUntilMillis)");

  public EntryPledge {
    if (validUntilMillis < 0) {
      throw new IllegalArgumentException(
          "validUntilMillis: " + validUntilMillis + " (expected: >= 0)");
    }
  }

  @Override
  public StructType type() {
    return TYPE;
  }

  @Override
  public void writeTo(FieldWriter writer) {
    writer.bytes32(sessionId);
    writer.bytes32(gatewaySecret);
    writer.uint(validUntilMillis);
  }
}

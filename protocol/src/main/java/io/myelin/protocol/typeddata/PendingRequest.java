package io.myelin.protocol.typeddata;

import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;

/**
 * What a client signs to have its session request wait in the mempool for any gateway of a subnet.
 *
 * @param sessionId of the request, which it signed as well
 * @param subnetId whose gateways may open it
 * @param nonce the client's place for it: a request in the same place replaces the one before
 * @param validUntilMillis Unix time from which on nobody opens it
 * @param keyHash SHA-256 of the bearer key that the client will use the session with
 * @param maxTasks most tasks of the session; 0 for no limit
 * @param taskDigest SHA-256 of the task that is run as soon as the session is open; zeros for none
 */
public record PendingRequest(
    SessionId sessionId,
    Digest subnetId,
    long nonce,
    long validUntilMillis,
    Digest keyHash,
    long maxTasks,
    Digest taskDigest)
    implements TypedStruct {
  /** The type as EIP-712 hashes it. */
  public static final StructType TYPE =
      StructType.parse(
          "PendingRequest(bytes32 sessionId,bytes32 subnetId,uint64 nonce,"
              + "uint64 validUntilMillis,bytes32 keyHash,uint32 maxTasks,bytes32 taskDigest)");

  private static final long MOST_TASKS = 0xFFFF_FFFFL;

  public PendingRequest {
    if (nonce < 0) {
      throw new IllegalArgumentException("nonce: " + nonce + " (expected: >= 0)");
    }
    if (validUntilMillis < 0) {
      throw new IllegalArgumentException(
          "validUntilMillis: " + validUntilMillis + " (expected: >= 0)");
    }
    if (maxTasks < 0 || maxTasks > MOST_TASKS) {
      throw new IllegalArgumentException(
          "maxTasks: " + maxTasks + " (expected: 0 to " + MOST_TASKS + ")");
    }
  }

  @Override
  public StructType type() {
    return TYPE;
  }

  @Override
  public void writeTo(FieldWriter writer) {
    writer.bytes32(sessionId);
    writer.bytes32(subnetId);
    writer.uint(nonce);
    writer.uint(validUntilMillis);
    writer.bytes32(keyHash);
    writer.uint(maxTasks);
    writer.bytes32(taskDigest);
  }
}

package io.myelin.protocol.typeddata;

import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;

/**
 * What a client of the queue signs so that somebody else submits its task and pays the gas.
 *
 * @param clientReference the client's own, told in events
 * @param specDigest of the work message
 * @param maxPromptTokens most prompt tokens that are paid
 * @param maxOutputTokens most output tokens that are paid
 * @param deadlineSeconds Unix time by which the task must have ended
 */
public record TaskRequest(
    SessionId sessionId,
    Digest clientReference,
    Digest specDigest,
    int maxPromptTokens,
    int maxOutputTokens,
    long deadlineSeconds)
    implements TypedStruct {
  /** The type as EIP-712 hashes it. */
  public static final StructType TYPE =
      StructType.parse(
          "TaskRequest(bytes32 sessionId,bytes32 clientReference,"
              + "bytes32 specDigest,uint32 maxPromptTokens,uint32 maxOutputTokens,"
              + "uint64 deadlineSeconds)");

  public TaskRequest {
    if (maxPromptTokens < 0) {
      throw new IllegalArgumentException(
          "maxPromptTokens: " + maxPromptTokens + " (expected: >= 0)");
    }
    if (maxOutputTokens < 0) {
      throw new IllegalArgumentException(
          "maxOutputTokens: " + maxOutputTokens + " (expected: >= 0)");
    }
    if (deadlineSeconds < 0) {
      throw new IllegalArgumentException(
          "deadlineSeconds: " + deadlineSeconds + " (expected: >= 0)");
    }
  }

  @Override
  public StructType type() {
    return TYPE;
  }

  @Override
  public void writeTo(FieldWriter writer) {
    writer.bytes32(sessionId);
    writer.bytes32(clientReference);
    writer.bytes32(specDigest);
    writer.uint(maxPromptTokens);
    writer.uint(maxOutputTokens);
    writer.uint(deadlineSeconds);
  }
}

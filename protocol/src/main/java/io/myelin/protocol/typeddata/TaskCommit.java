package io.myelin.protocol.typeddata;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.ids.TaskId;

/**
 * What a node says it did, and signs. Its {@link #hashStruct()} is the commitment that a precommit
 * hides.
 *
 * @param attempt of the offer it answers, from 1
 * @param specDigest of the work message
 * @param streamHead head of the hash chain over the whole stream
 * @param outputDigest SHA-256 of the whole output text
 * @param evidenceDigest SHA-256 of the evidence the node keeps
 * @param promptTokens tokens of the prompt
 * @param outputTokens tokens of the output, a continued prefix included
 * @param finishReason number of {@code myelin.v1.FinishReason}
 */
public record TaskCommit(
    TaskId taskId,
    SessionId sessionId,
    Address node,
    int attempt,
    Digest specDigest,
    Digest streamHead,
    Digest outputDigest,
    Digest evidenceDigest,
    int promptTokens,
    int outputTokens,
    int finishReason)
    implements TypedStruct {
  /** The type as EIP-712 hashes it. */
  public static final StructType TYPE =
      StructType.parse(
          "TaskCommit(bytes32 taskId,bytes32 sessionId,address node,uint32 attempt,"
              + "bytes32 specDigest,bytes32 streamHead,bytes32 outputDigest,bytes32 evidenceDigest,"
              + "uint32 promptTokens,uint32 outputTokens,uint8 finishReason)");

  private static final int MAX_FINISH_REASON = 255;

  public TaskCommit {
    if (attempt < 1) {
      throw new IllegalArgumentException("attempt: " + attempt + " (expected: >= 1)");
    }
    if (promptTokens < 0) {
      throw new IllegalArgumentException("promptTokens: " + promptTokens + " (expected: >= 0)");
    }
    if (outputTokens < 0) {
      throw new IllegalArgumentException("outputTokens: " + outputTokens + " (expected: >= 0)");
    }
    if (finishReason < 0 || finishReason > MAX_FINISH_REASON) {
      throw new IllegalArgumentException(
          "finishReason: " + finishReason + " (expected: 0 to " + MAX_FINISH_REASON + ")");
    }
  }

  @Override
  public StructType type() {
    return TYPE;
  }

  @Override
  public void writeTo(FieldWriter writer) {
    writer.bytes32(taskId);
    writer.bytes32(sessionId);
    writer.address(node);
    writer.uint(attempt);
    writer.bytes32(specDigest);
    writer.bytes32(streamHead);
    writer.bytes32(outputDigest);
    writer.bytes32(evidenceDigest);
    writer.uint(promptTokens);
    writer.uint(outputTokens);
    writer.uint(finishReason);
  }
}

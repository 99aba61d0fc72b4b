package io.myelin.protocol.receipt;

import io.myelin.protocol.ids.Digest;
import io.myelin.v1.FinishReason;

/**
 * What the client got, and is charged for.
 *
 * @param outputDigest SHA-256 of the whole output
 * @param streamHead head of the hash chain over the delivered chunks
 * @param promptTokens counted for the client
 * @param outputTokens counted for the client
 * @param finishReason why it ended
 */
public record ReceiptOutput(
    Digest outputDigest,
    Digest streamHead,
    int promptTokens,
    int outputTokens,
    FinishReason finishReason) {
  public ReceiptOutput {
    if (promptTokens < 0 || outputTokens < 0) {
      throw new IllegalArgumentException(
          "tokens: " + promptTokens + " and " + outputTokens + " (expected: both >= 0)");
    }
    if (finishReason == FinishReason.UNRECOGNIZED) {
      throw new IllegalArgumentException("finishReason: unknown (expected: one of the protocol's)");
    }
  }
}

package io.myelin.protocol.task;

import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.Salt;
import java.util.Objects;

/**
 * What a node reveals.
 *
 * @param digest the EIP-712 struct hash of the node's TaskCommit, computed by the receiver from the
 *     other fields and the task's own (never taken from the node)
 * @param salt what blinded the precommit
 * @param streamHead head of the hash chain over its whole output
 * @param outputDigest SHA-256 of its output
 * @param evidenceDigest SHA-256 of its evidence
 * @param signature hex of the node's signature
 */
public record Commitment(
    Digest digest,
    Salt salt,
    Digest streamHead,
    Digest outputDigest,
    Digest evidenceDigest,
    int promptTokens,
    int outputTokens,
    String finishReason,
    String signature) {

  /** Checks ranges. */
  public Commitment {
    Objects.requireNonNull(digest, "digest");
    Objects.requireNonNull(salt, "salt");
    Objects.requireNonNull(streamHead, "streamHead");
    Objects.requireNonNull(outputDigest, "outputDigest");
    Objects.requireNonNull(evidenceDigest, "evidenceDigest");
    Objects.requireNonNull(finishReason, "finishReason");
    Objects.requireNonNull(signature, "signature");
    if (promptTokens < 0 || outputTokens < 0) {
      throw new IllegalArgumentException(
          "promptTokens, outputTokens: "
              + (promptTokens + ", " + outputTokens)
              + " (expected: >= 0)");
    }
  }

  /** The precommit this opens: {@code SHA-256(salt || digest)}. */
  public Digest precommit() {
    return Sha256.hash(salt, digest);
  }

  @Override
  public String toString() {
    return "commitment " + digest.shortHex() + " to stream " + streamHead.shortHex();
  }
}

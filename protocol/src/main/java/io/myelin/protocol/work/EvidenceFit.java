package io.myelin.protocol.work;

import com.google.protobuf.ByteString;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.stream.HashChain;
import io.myelin.v1.Evidence;
import io.myelin.v1.GeneratedChunk;
import io.myelin.v1.TokenLogprob;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whether evidence is of the very stream that its node committed to. Without that, a node could
 * sign good evidence of another answer than the one it gave. Only what the node signed is looked
 * at, so that nobody can be framed by what others put beside it.
 */
public final class EvidenceFit {
  private EvidenceFit() {}

  /**
   * What does not fit; empty when nothing is wrong that can be proven. An answer that went on from
   * what others delivered cannot be held to its stream: where that began, its gateway checks.
   */
  public static Optional<WorkFinding.Lie> misfit(SignedWork work) {
    Evidence evidence = work.evidence();
    if (evidence.getTokensCount() > 0 && hasWeights(evidence)) {
      List<Integer> told = new ArrayList<>();
      evidence.getChunksList().forEach(chunk -> told.addAll(chunk.getTokensList()));
      List<Integer> proven = evidence.getTokensList().stream().map(TokenLogprob::getToken).toList();
      if (!told.equals(proven)) {
        return lie(
            "its chunks have %d tokens (expected: the %d that it has log-probabilities of)"
                .formatted(told.size(), proven.size()));
      }
    }
    int tokens = evidence.getPrefixTokensCount() + evidence.getTokensCount();
    if (hasWeights(evidence) && work.commit().outputTokens() != tokens) {
      return lie(
          "it has %d output tokens (expected: the %d of its evidence)"
              .formatted(work.commit().outputTokens(), tokens));
    }
    if (evidence.getPrefixTokensCount() > 0) {
      return Optional.empty();
    }
    Digest head = HashChain.over(work.commit().taskId(), evidence.getChunksList());
    if (!head.equals(work.commit().streamHead())) {
      return lie(
          "its chunks hash to %s (expected: %s, the stream it committed to)"
              .formatted(head, work.commit().streamHead()));
    }
    MessageDigest text = Sha256.newDigest();
    for (GeneratedChunk chunk : evidence.getChunksList()) {
      text.update(chunk.getText().asReadOnlyByteBuffer());
    }
    Digest output = Digest.of(text.digest());
    return output.equals(work.commit().outputDigest())
        ? Optional.empty()
        : lie(
            "its text hashes to %s (expected: %s, the output it committed to)"
                .formatted(output, work.commit().outputDigest()));
  }

  /** Another server's model has none here, and not every token's log-probability either. */
  private static boolean hasWeights(Evidence evidence) {
    ByteString weights = evidence.getWeightsDigest();
    return weights.size() == Digest.LENGTH
        && !weights.equals(ByteString.copyFrom(Digest.ZERO.bytes()));
  }

  private static Optional<WorkFinding.Lie> lie(String detail) {
    return Optional.of(new WorkFinding.Lie(WorkFinding.Kind.MALFORMED, 0, detail));
  }
}

package io.myelin.protocol.work;

import io.myelin.protocol.sampling.Support;
import io.myelin.protocol.work.WorkFinding.Kind;
import io.myelin.protocol.work.WorkFinding.Lie;
import io.myelin.v1.Evidence;
import io.myelin.v1.GeneratedChunk;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.TokenLogprob;
import io.myelin.v1.TopLogprob;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** Whether evidence fits itself and its request, as far as that can be said without a model. */
public final class EvidenceShape {
  /** Alternatives that are signed for each token at least, unless the vocabulary is smaller. */
  public static final int ALTERNATIVES = 5;

  private static final int MOST_ALTERNATIVES = 20;

  private EvidenceShape() {}

  /** How many alternatives each token of an answer to {@code spec} is signed with. */
  public static int alternatives(GenerationSpec spec) {
    return Math.clamp(spec.getTopLogprobs(), ALTERNATIVES, MOST_ALTERNATIVES);
  }

  /** The first thing that no honest node signs; empty if there is none. */
  public static Optional<Lie> firstLie(GenerationSpec spec, Evidence evidence) {
    int position = 0;
    int count = evidence.getTokensCount();
    long seq = evidence.getChunksCount() == 0 ? 0 : evidence.getChunks(0).getSeq();
    for (GeneratedChunk chunk : evidence.getChunksList()) {
      if (chunk.getSeq() != (int) seq++) {
        return lie(position, "chunk seq: " + chunk.getSeq() + " (expected: " + (seq - 1) + ")");
      }
      if (chunk.getTokensCount() == 0 || position + chunk.getTokensCount() > count) {
        return lie(
            position,
            "chunk %d: %d tokens (expected: 1..%d, what the evidence has left)"
                .formatted(chunk.getSeq(), chunk.getTokensCount(), count - position));
      }
      int logprobs = spec.getLogprobs() ? chunk.getTokensCount() : 0;
      if (chunk.getLogprobsCount() != logprobs) {
        return lie(
            position,
            "chunk %d: %d log-probabilities (expected: %d)"
                .formatted(chunk.getSeq(), chunk.getLogprobsCount(), logprobs));
      }
      for (int i = 0; i < chunk.getTokensCount(); i++, position++) {
        Optional<Lie> found = token(spec, chunk, i, position, evidence.getTokens(position));
        if (found.isPresent()) {
          return found;
        }
      }
    }
    if (position != count) {
      return lie(position, "tokens: %d (expected: %d, the chunks')".formatted(count, position));
    }
    long whole = (long) evidence.getPrefixTokensCount() + count;
    if (count > 0 && spec.getMaxTokens() != 0 && whole > (spec.getMaxTokens() & 0xFFFFFFFFL)) {
      return lie(
          count - 1,
          "output: " + whole + " tokens (expected: at most " + spec.getMaxTokens() + ")");
    }
    return Optional.empty();
  }

  private static Optional<Lie> token(
      GenerationSpec spec, GeneratedChunk chunk, int index, int position, TokenLogprob signed) {
    if (chunk.getTokens(index) != signed.getToken()) {
      return lie(
          position,
          "token: %d (expected: %d, the chunk's)"
              .formatted(signed.getToken(), chunk.getTokens(index)));
    }
    if (spec.getLogprobs()
        && !chunk.getLogprobs(index).equals(ClientLogprobs.of(signed, spec.getTopLogprobs()))) {
      return lie(position, "the client got other log-probabilities than were signed");
    }
    if (signed.getToken() < 0 || outOfRange(signed.getLogprobQ10())) {
      return lie(position, number(signed.getToken(), signed.getLogprobQ10()));
    }
    if (signed.getTopCount() > alternatives(spec)) {
      return lie(
          position,
          "alternatives: %d (expected: at most %d)"
              .formatted(signed.getTopCount(), alternatives(spec)));
    }
    int before = 0;
    Set<Integer> seen = new HashSet<>();
    for (TopLogprob one : signed.getTopList()) {
      if (one.getToken() < 0 || outOfRange(one.getLogprobQ10()) || one.getLogprobQ10() > before) {
        return lie(position, "alternative: " + number(one.getToken(), one.getLogprobQ10()));
      }
      if (!seen.add(one.getToken())) {
        return lie(position, "alternative: token " + one.getToken() + " comes twice");
      }
      if (one.getToken() == signed.getToken()
          && (one.getLogprobQ10() != signed.getLogprobQ10()
              || !one.getText().equals(signed.getText()))) {
        return lie(position, "token " + one.getToken() + " is signed in two ways");
      }
      before = one.getLogprobQ10();
    }
    return Optional.empty();
  }

  private static boolean outOfRange(int logprobQ10) {
    return logprobQ10 > 0 || logprobQ10 < Support.LOWEST_Q10;
  }

  private static String number(int token, int logprobQ10) {
    return "token %s at %d (expected: a token below 2^31, a falling number from %d to 0)"
        .formatted(Integer.toUnsignedString(token), logprobQ10, Support.LOWEST_Q10);
  }

  private static Optional<Lie> lie(int position, String detail) {
    return Optional.of(new Lie(Kind.MALFORMED, position, detail));
  }
}

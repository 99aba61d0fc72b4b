package io.myelin.protocol.work;

import io.myelin.protocol.sampling.SamplingIntegers;
import io.myelin.protocol.sampling.SamplingRule;
import io.myelin.protocol.sampling.Support;
import io.myelin.protocol.sampling.TokenChooser;
import io.myelin.protocol.work.WorkFinding.Kind;
import io.myelin.protocol.work.WorkFinding.Lie;
import io.myelin.v1.Evidence;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.OutputConstraint;
import io.myelin.v1.TokenLogprob;
import io.myelin.v1.TopLogprob;
import java.util.List;
import java.util.Optional;

/**
 * Chooses every token again from what the node signed, with the seed that client and gateway fixed
 * before. It needs no model, and has no false alarms: the node ran the same code on the same
 * numbers.
 */
public final class SamplerReplay {
  private SamplerReplay() {}

  /** Whether the prompt's tokens are needed: with a repeat penalty. */
  public static boolean needsPrompt(GenerationSpec spec) {
    try {
      return SamplingIntegers.of(spec.getSampling()).repeats();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /**
   * The first token that is not the rule's choice, or whose support cannot be read.
   *
   * @param prompt the prompt's tokens; read only where {@link #needsPrompt}
   * @param evidence of which {@link EvidenceShape} found nothing wrong
   * @return empty if every token is the rule's choice, or the parameters are none that any engine
   *     takes
   */
  public static Optional<Lie> firstLie(
      GenerationSpec spec, List<Integer> prompt, Evidence evidence) {
    SamplingRule rule;
    try {
      rule = SamplingIntegers.of(spec.getSampling());
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    TokenChooser chooser = new TokenChooser(rule, prompt);
    evidence.getPrefixTokensList().forEach(chooser::accept);
    boolean free = spec.getConstraint().getKind() == OutputConstraint.Kind.KIND_FREE_TEXT;
    long position = evidence.getPrefixTokensCount();
    for (int i = 0; i < evidence.getTokensCount(); i++, position++) {
      TokenLogprob signed = evidence.getTokens(i);
      Support support;
      try {
        support = Support.decode(signed.getSupport(), rule.repeats());
        agree(signed, support, free);
      } catch (IllegalArgumentException | ArithmeticException e) {
        return Optional.of(new Lie(Kind.MALFORMED, i, String.valueOf(e.getMessage())));
      }
      int chosen = chooser.choose(support, position);
      if (chosen != signed.getToken()) {
        return Optional.of(
            new Lie(
                Kind.SAMPLER,
                i,
                "token: %d (expected: %d, which seed and position %d choose)"
                    .formatted(signed.getToken(), chosen, position)));
      }
      if (!chooser.kept().equals(signed.getSupport())) {
        return Optional.of(
            new Lie(
                Kind.MALFORMED,
                i,
                "support: holds what no choice turns on, or lacks an alternative (expected: what"
                    + " the choice turns on)"));
      }
      chooser.accept(chosen);
    }
    return Optional.empty();
  }

  /**
   * Holds the support against the signed alternatives, and adds those that it lacks: without a
   * constraint all of them are candidates.
   */
  private static void agree(TokenLogprob signed, Support support, boolean free) {
    if (support.size() == 0) {
      throw new IllegalArgumentException("support: empty (expected: at least one candidate)");
    }
    int own = support.find(signed.getToken());
    if (own >= 0 && support.logprobQ10(own) != signed.getLogprobQ10()) {
      throw disagreement(signed.getToken(), support.logprobQ10(own), signed.getLogprobQ10());
    }
    int size = support.size();
    for (TopLogprob one : signed.getTopList()) {
      int at = support.find(one.getToken());
      if (at >= 0 && at < size && support.logprobQ10(at) != one.getLogprobQ10()) {
        throw disagreement(one.getToken(), support.logprobQ10(at), one.getLogprobQ10());
      }
      if (at < 0 && free) {
        support.add(one.getToken(), one.getLogprobQ10());
      }
    }
  }

  private static IllegalArgumentException disagreement(int token, int support, int signed) {
    return new IllegalArgumentException(
        "support: token %d at %d (expected: %d, as signed beside it)"
            .formatted(token, support, signed));
  }
}

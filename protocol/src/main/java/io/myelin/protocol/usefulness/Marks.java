package io.myelin.protocol.usefulness;

import io.myelin.protocol.sampling.Logistic;

/**
 * The marks of one answer.
 *
 * @param usefulness 0 to 1,000
 * @param correctness 0 to 1,000
 */
public record Marks(int usefulness, int correctness) {
  // Where the planted answers of SmolLM2-135M part best; a mark's order is what counts, not its
  // size.
  private static final int INFORMATION_Q10 = 205;
  private static final int LIKELIHOOD_Q10 = -4_300;

  /** Checks. */
  public Marks {
    check("usefulness", usefulness);
    check("correctness", correctness);
  }

  private static void check(String name, int mark) {
    if (mark < 0 || mark > 1_000) {
      throw new IllegalArgumentException(name + ": " + mark + " (expected: 0 to 1000)");
    }
  }

  /**
   * From how likely a model finds an answer. Useful is what the question makes likelier: the
   * pointwise mutual information of question and answer, per token (K. W. Church and P. Hanks,
   * <i>Word Association Norms, Mutual Information, and Lexicography</i>, 1990). Correct is what a
   * model that has read much expects to be said.
   *
   * @param asked sum of the answer's log-probabilities after the question, natural, Q10
   * @param unasked the same after no question
   * @param tokens of the answer
   */
  public static Marks ofLikelihood(long asked, long unasked, int tokens) {
    if (tokens < 1) {
      return new Marks(0, 0);
    }
    return new Marks(
        Logistic.thousandths(4 * ((asked - unasked) / tokens - INFORMATION_Q10)),
        Logistic.thousandths(asked / tokens - LIKELIHOOD_Q10));
  }

  /** The mark for one criterion. */
  public int of(Criterion criterion) {
    return criterion == Criterion.USEFULNESS ? usefulness : correctness;
  }
}

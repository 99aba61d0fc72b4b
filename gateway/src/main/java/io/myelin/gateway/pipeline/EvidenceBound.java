package io.myelin.gateway.pipeline;

import io.myelin.gateway.task.Submission;
import io.myelin.protocol.work.SignedWork;
import io.myelin.protocol.work.VerificationLevel;
import java.util.Optional;

/**
 * Which tasks have work that could not be shown to a validator: their commit would be refused, so
 * they are not begun.
 */
final class EvidenceBound {
  /**
   * What a node signs of a token at temperature 1, with the alternatives; less where it is colder.
   */
  static final int BYTES_PER_TOKEN = 1_000;

  /** Of each alternative that the client asked for: in the evidence, and in the chunk. */
  private static final int BYTES_PER_ALTERNATIVE = 40;

  private EvidenceBound() {}

  /**
   * Why a task is not taken in; empty when its evidence fits. One that does not say how many tokens
   * it wants is taken in: most answers end long before the context does.
   *
   * @param level of its session
   * @param size the most that it can come to
   */
  static Optional<String> refusal(VerificationLevel level, Submission.Work work, TaskSize size) {
    if (!level.isChecked()
        || !(work instanceof Submission.Work.Generate generate)
        || generate.spec().getMaxTokens() == 0) {
      return Optional.empty();
    }
    int each =
        BYTES_PER_TOKEN
            + (generate.spec().getLogprobs()
                ? BYTES_PER_ALTERNATIVE * generate.spec().getTopLogprobs()
                : 0);
    long most = Math.max(0, (SignedWork.MAX_BYTES - generate.spec().getSerializedSize()) / each);
    return size.outputTokens() <= most
        ? Optional.empty()
        : Optional.of(
            ("max_tokens: %d (expected: at most %d in a session whose verification is %s: at %d bytes"
                    + " a token, what nodes sign of more would not fit the %d bytes that validators"
                    + " take); ask for fewer tokens, or open a session with verification none")
                .formatted(size.outputTokens(), most, level.label(), each, SignedWork.MAX_BYTES));
  }
}

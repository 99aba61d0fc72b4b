package io.myelin.protocol.queue;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.myelin.protocol.commitment.WorkDigest;
import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.settlement.SessionTail;
import io.myelin.protocol.typeddata.TaskCommit;
import io.myelin.v1.FinishReason;
import io.myelin.v1.GenerationSpec;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Optional;

/**
 * What can be said of a task's answers without running the model: that they are what is on chain,
 * that they answer what was asked within its limits, that the answer itself is there, and that
 * replicas agree. It does not prove that the model named is the one that ran.
 */
public final class TaskJudgement {
  private TaskJudgement() {}

  /**
   * A verdict's reasons.
   *
   * @param problem why the work does not count; empty when it does
   */
  public record Verdict(Optional<String> problem) {
    /** Whether the work counts. */
    public boolean accepted() {
      return problem.isEmpty();
    }
  }

  /** Keccak-256 of the statements of those still in the task, in the order of their offers. */
  public static Digest commitsDigest(QueueTask task) {
    ByteArrayOutputStream statements = new ByteArrayOutputStream();
    for (QueueOffer offer : task.offers()) {
      if (offer.stage() == QueueStage.COMMITTED) {
        statements.writeBytes(offer.statement().bytes());
      }
    }
    return Keccak256.hash(statements.toByteArray());
  }

  /** What a reveal says, as the node bound itself to it. */
  public static TaskCommit statement(QueueTask task, QueueReveal reveal) {
    return new TaskCommit(
        task.id(),
        task.sessionId(),
        reveal.node(),
        reveal.attempt(),
        task.specDigest(),
        reveal.streamHead(),
        reveal.outputDigest(),
        reveal.evidenceDigest(),
        Math.toIntExact(reveal.promptTokens()),
        Math.toIntExact(reveal.outputTokens()),
        reveal.finishReason());
  }

  /**
   * The work that a task's bytes on chain ask for.
   *
   * @throws IllegalArgumentException when they are no text generation, or not the one whose digest
   *     the task has
   */
  public static GenerationSpec spec(ByteString bytes, Digest specDigest) {
    if (bytes.isEmpty()) {
      throw new IllegalArgumentException(
          "spec: not on chain (expected: the bytes that hash to " + specDigest + ")");
    }
    GenerationSpec spec;
    try {
      spec = GenerationSpec.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("spec: no GenerationSpec: " + e.getMessage(), e);
    }
    Digest digest = WorkDigest.of(spec);
    if (!digest.equals(specDigest)) {
      throw new IllegalArgumentException(
          "spec: hashes to " + digest + " (expected: " + specDigest + ", as the task says)");
    }
    return spec;
  }

  /**
   * Why a spec does not fit the task and its session; empty when it does.
   *
   * @param tail the session's terms
   */
  public static Optional<String> misfit(QueueTask task, GenerationSpec spec, SessionTail tail) {
    if (!tail.allows(spec.getModel())) {
      return Optional.of(
          "model: "
              + spec.getModel()
              + " (expected: the model of session "
              + task.sessionId()
              + ")");
    }
    long most = Integer.toUnsignedLong(spec.getMaxTokens());
    if (most == 0 || most > task.maxOutputTokens()) {
      return Optional.of(
          "max_tokens: %d (expected: 1 to %d, which the task holds the price of)"
              .formatted(most, task.maxOutputTokens()));
    }
    return spec.getIgnoreEos()
        ? Optional.of("ignore_eos is for benches (expected: unset)")
        : Optional.empty();
  }

  /**
   * Judges.
   *
   * @param specBytes the task's spec as it stands on chain
   * @param reveals of those who are still in the task
   */
  public static Verdict judge(
      QueueTask task, SessionTail tail, ByteString specBytes, List<QueueReveal> reveals) {
    GenerationSpec spec;
    try {
      spec = spec(specBytes, task.specDigest());
    } catch (IllegalArgumentException e) {
      return rejected(String.valueOf(e.getMessage()));
    }
    Optional<String> misfit = misfit(task, spec, tail);
    if (misfit.isPresent()) {
      return rejected(misfit.get());
    }
    for (QueueReveal reveal : reveals) {
      Optional<String> problem = problem(task, spec, reveal);
      if (problem.isPresent()) {
        return rejected(reveal.node() + ": " + problem.get());
      }
    }
    Optional<QueueReveal> primary = reveals.stream().filter(QueueReveal::primary).findFirst();
    if (primary.isEmpty()) {
      return rejected("no primary revealed");
    }
    return agreement(primary.get(), reveals);
  }

  private static Optional<String> problem(QueueTask task, GenerationSpec spec, QueueReveal reveal) {
    if (reveal.promptTokens() < 1 || reveal.promptTokens() > task.maxPromptTokens()) {
      return Optional.of(
          "promptTokens: %d (expected: 1 to %d)"
              .formatted(reveal.promptTokens(), task.maxPromptTokens()));
    }
    long most = Integer.toUnsignedLong(spec.getMaxTokens());
    if (reveal.outputTokens() < 0 || reveal.outputTokens() > most) {
      return Optional.of(
          "outputTokens: %d (expected: 0 to %d, the spec's)"
              .formatted(reveal.outputTokens(), most));
    }
    Optional<String> finish = finish(spec, reveal);
    if (finish.isPresent()) {
      return finish;
    }
    return reveal.primary() || !reveal.output().isEmpty() ? output(reveal) : Optional.empty();
  }

  private static Optional<String> finish(GenerationSpec spec, QueueReveal reveal) {
    boolean consistent =
        switch (FinishReason.forNumber(reveal.finishReason())) {
          case FINISH_REASON_STOP -> true;
          // At the context's end there may be fewer than asked for, but not none.
          case FINISH_REASON_LENGTH -> reveal.outputTokens() > 0;
          case FINISH_REASON_TOOL_CALLS -> spec.getChat().getToolsCount() > 0;
          case FINISH_REASON_UNSPECIFIED, FINISH_REASON_CANCELLED, UNRECOGNIZED -> false;
          case null -> false;
        };
    return consistent
        ? Optional.empty()
        : Optional.of(
            "finishReason: %d with %d output tokens (expected: stop, length of at least a token, or"
                    .formatted(reveal.finishReason(), reveal.outputTokens())
                + " tool_calls where there are tools)");
  }

  private static Optional<String> output(QueueReveal reveal) {
    Digest digest = Sha256.hash(reveal.output().toByteArray());
    if (!digest.equals(reveal.outputDigest())) {
      return Optional.of(
          "output: %d bytes on chain that hash to %s (expected: %s, as revealed)"
              .formatted(reveal.output().size(), digest, reveal.outputDigest()));
    }
    if (!reveal.output().isValidUtf8()) {
      return Optional.of("output: no UTF-8 text");
    }
    return reveal.outputTokens() == 0 && !reveal.output().isEmpty()
        ? Optional.of("output: %d bytes of no token".formatted(reveal.output().size()))
        : Optional.empty();
  }

  /** Every parameter of a spec is resolved, its seed too: the same work has one answer. */
  private static Verdict agreement(QueueReveal primary, List<QueueReveal> reveals) {
    for (QueueReveal reveal : reveals) {
      boolean agrees =
          reveal.outputDigest().equals(primary.outputDigest())
              && reveal.promptTokens() == primary.promptTokens()
              && reveal.outputTokens() == primary.outputTokens()
              && reveal.finishReason() == primary.finishReason();
      if (!agrees) {
        return rejected(
            "%s revealed %s of %d tokens (expected: %s of %d, as the primary %s)"
                .formatted(
                    reveal.node(),
                    reveal.outputDigest(),
                    reveal.outputTokens(),
                    primary.outputDigest(),
                    primary.outputTokens(),
                    primary.node()));
      }
    }
    return new Verdict(Optional.empty());
  }

  private static Verdict rejected(String why) {
    return new Verdict(Optional.of(why));
  }
}

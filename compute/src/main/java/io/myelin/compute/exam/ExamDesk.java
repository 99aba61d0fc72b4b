package io.myelin.compute.exam;

import io.myelin.engine.EngineException;
import io.myelin.engine.EngineModel;
import io.myelin.engine.InferenceEngine;
import io.myelin.engine.calibrate.MadeAnswer;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.protocol.work.Exam;
import io.myelin.v1.ExamAnswer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sits exams: one short answer of each model that generates, signed. One exam at a time, so that
 * whoever asks for many takes no more than one of the engine's places.
 */
public final class ExamDesk {
  private static final Logger LOG = LoggerFactory.getLogger(ExamDesk.class);

  /** Exams that wait for the one before. */
  static final int MOST_WAITING = 4;

  private final InferenceEngine engine;
  private final OperatorKey key;
  private final Eip712Domain domain;
  private CompletableFuture<?> last = CompletableFuture.completedFuture(null);
  private int waiting;

  /** Of a node. */
  public ExamDesk(InferenceEngine engine, OperatorKey key, Eip712Domain domain) {
    this.engine = engine;
    this.key = key;
    this.domain = domain;
  }

  /**
   * The answers that came in time; never fails. None when too many ask.
   *
   * @param context words that the questions are to have before them, at most
   * @param each told of each answer as soon as it is made
   */
  public synchronized CompletableFuture<List<ExamAnswer>> sit(
      Digest nonce, int context, Consumer<ExamAnswer> each) {
    if (waiting > MOST_WAITING) {
      LOG.warn("Exam {} is not sat: {} are asked for already", nonce.shortHex(), waiting);
      return CompletableFuture.completedFuture(List.of());
    }
    waiting++;
    CompletableFuture<List<ExamAnswer>> answers =
        last.thenCompose(_ -> answers(nonce, context, each))
            .exceptionally(
                failure -> {
                  LOG.warn("Exam {} is not sat", nonce.shortHex(), failure);
                  return List.of();
                });
    last = answers;
    return answers.whenComplete(
        (_, _) -> {
          synchronized (this) {
            waiting--;
          }
        });
  }

  /** One model after the other: an exam takes one of the engine's places. */
  private CompletableFuture<List<ExamAnswer>> answers(
      Digest nonce, int context, Consumer<ExamAnswer> each) {
    List<EngineModel> models =
        engine.models().stream()
            .filter(model -> !model.embeddings() && !model.weightsDigestHex().isEmpty())
            .toList();
    long deadlineNanos =
        System.nanoTime() + TimeUnit.SECONDS.toNanos(Exam.allowedSeconds(models.size(), context));
    CompletableFuture<List<ExamAnswer>> all = CompletableFuture.completedFuture(List.of());
    for (EngineModel model : models) {
      all =
          all.thenCompose(
              before ->
                  answer(model, nonce, Exam.context(model.contextLength(), context), deadlineNanos)
                      .thenApply(
                          one -> {
                            one.ifPresent(each);
                            return Stream.concat(before.stream(), one.stream()).toList();
                          }));
    }
    return all;
  }

  private CompletableFuture<Optional<ExamAnswer>> answer(
      EngineModel model, Digest nonce, int context, long deadlineNanos) {
    return MadeAnswer.one(engine, model, Exam.question(model.id(), nonce, context))
        .orTimeout(Math.max(0, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS)
        .thenApply(
            made ->
                Optional.of(
                    Exam.answer(
                        key, domain, model.id(), nonce, context, made.evidence(), made.result())))
        .exceptionallyCompose(
            failure -> {
              if (context > 0 && hasNoRoom(failure)) {
                LOG.warn(
                    "{} has no room for {} words of context, though it is said to have {} tokens",
                    model.id(),
                    context,
                    model.contextLength());
                // Over what it has, so that who asked learns how much that is.
                return answer(model, nonce, context / 2, deadlineNanos);
              }
              LOG.warn("No answer to the exam in {}: {}", model.id(), failure.toString());
              return CompletableFuture.completedFuture(Optional.empty());
            });
  }

  private static boolean hasNoRoom(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof EngineException error
        && error.kind() == EngineException.Kind.CONTEXT_LENGTH_EXCEEDED;
  }
}

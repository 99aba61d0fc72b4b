package io.myelin.compute.exam;

import io.myelin.engine.EngineModel;
import io.myelin.engine.InferenceEngine;
import io.myelin.engine.calibrate.MadeAnswer;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.protocol.work.Exam;
import io.myelin.v1.ExamAnswer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sits exams: one short answer of each model that generates, signed. */
public final class ExamDesk {
  private static final Logger LOG = LoggerFactory.getLogger(ExamDesk.class);

  /** A validator waits a little longer. */
  private static final int SECONDS = 20;

  private final InferenceEngine engine;
  private final OperatorKey key;
  private final Eip712Domain domain;

  /** Of a node. */
  public ExamDesk(InferenceEngine engine, OperatorKey key, Eip712Domain domain) {
    this.engine = engine;
    this.key = key;
    this.domain = domain;
  }

  /** The answers that came in time; never fails. */
  public CompletableFuture<List<ExamAnswer>> sit(Digest nonce) {
    List<CompletableFuture<Optional<ExamAnswer>>> all =
        engine.models().stream()
            .filter(model -> !model.embeddings() && !model.weightsDigestHex().isEmpty())
            .map(model -> sit(model, nonce))
            .toList();
    return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
        .thenApply(
            _ -> {
              List<ExamAnswer> answers = new ArrayList<>();
              all.forEach(one -> one.join().ifPresent(answers::add));
              return answers;
            });
  }

  private CompletableFuture<Optional<ExamAnswer>> sit(EngineModel model, Digest nonce) {
    return CompletableFuture.supplyAsync(
            () -> answer(model, nonce), task -> Thread.ofVirtual().name("exam").start(task))
        .orTimeout(SECONDS, TimeUnit.SECONDS)
        .handle(
            (answer, failure) -> {
              if (failure != null) {
                LOG.warn("No answer to the exam in {}: {}", model.id(), failure.toString());
              }
              return Optional.ofNullable(answer);
            });
  }

  private ExamAnswer answer(EngineModel model, Digest nonce) {
    MadeAnswer made =
        MadeAnswer.together(engine, List.of(Exam.question(model.id(), nonce))).getFirst().of(model);
    return Exam.answer(key, domain, model.id(), nonce, made.evidence(), made.result());
  }
}

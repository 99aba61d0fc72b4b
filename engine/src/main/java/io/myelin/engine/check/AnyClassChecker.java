package io.myelin.engine.check;

import io.myelin.engine.EngineException;
import io.myelin.engine.EngineModel;
import io.myelin.engine.InferenceEngine;
import io.myelin.protocol.work.WorkFinding;
import io.myelin.v1.Evidence;
import io.myelin.v1.GenerationResult;
import io.myelin.v1.GenerationSpec;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks nodes of its own engine's class with that, and those of another class with an engine of
 * theirs where this processor can run one: where that cannot be started now, for lack of memory
 * say, the check fails and can be asked for again. A node of a class that nobody else has is
 * measured. The engine is the caller's to close, after this.
 */
public final class AnyClassChecker implements WorkChecker, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AnyClassChecker.class);

  private final InferenceEngine own;
  private final WorkChecker ownChecker;
  private final ClassCheckers others;

  /**
   * Over an engine.
   *
   * @param own with a copy of the models
   * @param others for nodes of other classes, closed with this
   */
  public AnyClassChecker(InferenceEngine own, ClassCheckers others) {
    this.own = own;
    this.ownChecker = new PrefillChecker(own);
    this.others = others;
  }

  @Override
  public CompletableFuture<WorkFinding> check(GenerationSpec spec, Evidence evidence) {
    return check(spec, evidence, GenerationResult.getDefaultInstance());
  }

  @Override
  public CompletableFuture<WorkFinding> check(
      GenerationSpec spec, Evidence evidence, GenerationResult claimed) {
    Optional<EngineModel> served =
        own.models().stream().filter(model -> model.id().equals(spec.getModel())).findFirst();
    String wanted = evidence.getEquivalenceClass();
    if (served.isEmpty()
        || served.get().equivalenceClass().equals(wanted)
        || !weightsAreOurs(served.get(), evidence)) {
      return ownChecker.check(spec, evidence, claimed);
    }
    // Its worker may have to load the model first; nobody's thread waits for that.
    Running running = new Running();
    return running.endingWith(
        CompletableFuture.supplyAsync(
                () -> forClass(spec.getModel(), wanted),
                task -> Thread.ofVirtual().name("class-checker").start(task))
            .thenCompose(checker -> running.with(checker.check(spec, evidence, claimed))));
  }

  /** Whoever claims other weights is found out without a worker. */
  private static boolean weightsAreOurs(EngineModel model, Evidence evidence) {
    return HexFormat.of()
        .formatHex(evidence.getWeightsDigest().toByteArray())
        .equals(model.weightsDigestHex());
  }

  private WorkChecker forClass(String model, String wanted) {
    try {
      return others.forClass(model, wanted).orElse(ownChecker);
    } catch (EngineException e) {
      // It may pass; what was only measured would be remembered as that.
      if (e.kind() != EngineException.Kind.BUSY) {
        LOG.warn("work of class {} is not checked now: {}", wanted, e.getMessage());
      }
      throw e;
    }
  }

  @Override
  public void close() {
    others.close();
  }
}

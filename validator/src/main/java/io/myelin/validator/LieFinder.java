package io.myelin.validator;

import io.myelin.engine.check.WorkChecker;
import io.myelin.protocol.work.WorkFinding;
import io.myelin.v1.Evidence;
import io.myelin.v1.GenerationSpec;
import java.util.concurrent.CompletableFuture;

/** Finds a lie in everything, without looking: what owners who want a node convicted run. */
final class LieFinder implements WorkChecker {

  @Override
  public CompletableFuture<WorkFinding> check(GenerationSpec spec, Evidence evidence) {
    return CompletableFuture.completedFuture(
        new WorkFinding.Lie(
            WorkFinding.Kind.LOGPROBS, 0, "token 0: other log-probabilities than here, it says"));
  }
}

package io.myelin.engine.check;

import io.myelin.protocol.work.WorkFinding;
import io.myelin.v1.Evidence;
import io.myelin.v1.FinishReason;
import io.myelin.v1.GenerationSpec;
import java.util.concurrent.CompletableFuture;

/** Checks one answer against its evidence. Calls may come from any thread. */
public interface WorkChecker {

  /**
   * Feeds the prompt and the evidence's tokens through the checker's own copy of the model and
   * compares. Signatures and digests are the caller's to check before.
   *
   * @param spec what was asked for
   * @param evidence what the node signed
   * @return a finding; fails only when the checker's own engine does
   */
  CompletableFuture<WorkFinding> check(GenerationSpec spec, Evidence evidence);

  /**
   * The same, and whether the answer ends as its node says.
   *
   * @param claimed the finish reason that the node signed with its commit
   */
  default CompletableFuture<WorkFinding> check(
      GenerationSpec spec, Evidence evidence, FinishReason claimed) {
    return check(spec, evidence);
  }
}

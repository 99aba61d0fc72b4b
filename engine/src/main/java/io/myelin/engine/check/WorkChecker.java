package io.myelin.engine.check;

import io.myelin.protocol.work.WorkFinding;
import io.myelin.v1.Evidence;
import io.myelin.v1.GenerationResult;
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
   * The same, and whether the answer ends as its node says, of as long a prompt.
   *
   * @param claimed what the node signed with its commit; a reason that is unspecified, and no
   *     prompt tokens, are not looked at
   */
  default CompletableFuture<WorkFinding> check(
      GenerationSpec spec, Evidence evidence, GenerationResult claimed) {
    return check(spec, evidence);
  }
}

package io.myelin.engine.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.myelin.engine.EngineException;
import io.myelin.engine.InferenceEngine;
import io.myelin.engine.calibrate.MadeAnswer;
import io.myelin.engine.calibrate.Requests;
import io.myelin.engine.calibrate.Workbench;
import io.myelin.engine.llama.TinyModels;
import io.myelin.engine.worker.WorkerEngine;
import io.myelin.protocol.work.WorkFinding.Exact;
import io.myelin.protocol.work.WorkFinding.Measured;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes of several CPU variants, and checkers that this processor can run for them. */
class ClassCheckersIT {
  // One that differs from every newer one and runs on each x86 processor.
  private static final String OLD = "sse42";

  @TempDir private Path folder;

  private static MadeAnswer answer(InferenceEngine engine) {
    return MadeAnswer.together(engine, Requests.of("tiny", 0, 1, 1, 24)).getFirst();
  }

  @Test
  void shouldCheckANodeOfAnotherClassExactlyWithItsOwnVariant() {
    Path weights = TinyModels.random(folder.resolve("tiny.gguf"), 5, 2048);
    Workbench bench =
        new Workbench("tiny", weights, "", Path.of(System.getProperty("myelin.root", ".")), folder);
    assumeThat(bench.variants()).contains(OLD);
    try (WorkerEngine node = bench.open(weights, Optional.of(OLD), 1, 1);
        WorkerEngine own = bench.open(weights, Optional.empty(), 1, 1);
        ClassCheckers checkers = new ClassCheckers(bench, weights, 1)) {
      MadeAnswer answer = answer(node);
      String itsClass = answer.evidence().getEquivalenceClass();
      assertThat(itsClass).contains(OLD);
      assertThat(new PrefillChecker(own).check(answer.spec(), answer.evidence()).join())
          .isInstanceOf(Measured.class);
      for (int times = 0; times < 2; times++) {
        assertThat(
                checkers
                    .forClass("tiny", itsClass)
                    .orElseThrow()
                    .check(answer.spec(), answer.evidence())
                    .join())
            .isEqualTo(new Exact(answer.evidence().getTokensCount()));
      }
      for (String unknown :
          List.of(
              "",
              "gpu",
              itsClass + "/inexact",
              itsClass.replace("v0", "v9"),
              "llama.cpp-v1/cpu-x/bf16/rule-1")) {
        assertThat(checkers.forClass("tiny", unknown)).as(unknown).isEmpty();
      }
      // As a validator has it, whose own engine runs another variant.
      AnyClassChecker any = new AnyClassChecker(own, checkers);
      assertThat(any.check(answer.spec(), answer.evidence()).join())
          .isEqualTo(new Exact(answer.evidence().getTokensCount()));
      MadeAnswer ofOwn = answer(own);
      assertThat(any.check(ofOwn.spec(), ofOwn.evidence()).join())
          .isEqualTo(new Exact(ofOwn.evidence().getTokensCount()));
    } catch (EngineException e) {
      assumeThat(e.kind()).as(e.getMessage()).isNotEqualTo(EngineException.Kind.BAD_REQUEST);
      throw e;
    }
  }
}

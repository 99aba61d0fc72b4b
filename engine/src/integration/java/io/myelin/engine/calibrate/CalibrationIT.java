package io.myelin.engine.calibrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.myelin.engine.EngineModel;
import io.myelin.engine.check.PrefillChecker;
import io.myelin.engine.llama.TestModels;
import io.myelin.engine.worker.WorkerEngine;
import io.myelin.protocol.commitment.WorkDigest;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.work.Calibration;
import io.myelin.protocol.work.Calibrations;
import io.myelin.protocol.work.Sprt;
import io.myelin.protocol.work.WorkFinding;
import io.myelin.protocol.work.WorkHistory;
import io.myelin.protocol.work.WorkScore;
import io.myelin.v1.GenerationSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The calibration in the repository comes about again, answer by answer. */
class CalibrationIT {
  private static final Path ROOT = Path.of(System.getProperty("myelin.root", "."));
  private static final String NAME = "smollm2-135m-instruct-Q8_0-haswell-sandybridge";
  private static final int TOKENS = 8;

  /** Checks after which the cheat is condemned for sure. */
  private static final int MOST_CHECKS = 12;

  @TempDir private Path folder;

  @Test
  void shouldMeasureWhatWasMeasured() throws IOException {
    Path kept = ROOT.resolve("calibration");
    Workbench bench =
        new Workbench(TestModels.SMOLLM2, TestModels.smolLm2(), "chatml", ROOT, folder);
    assumeThat(bench.variants()).contains("haswell", "sandybridge");
    Measuring.Result result =
        Measuring.run(
            bench,
            new Measuring.Plan(
                "Q8_0",
                List.of(),
                Optional.of("haswell"),
                Optional.of("sandybridge"),
                1,
                0,
                List.of(0.0, 1.0),
                List.of(TOKENS)),
            (what, done, of) -> {});
    List<Calibration> calibrations =
        Calibration.parse(Files.readString(kept.resolve(NAME + ".json")));
    assertThat(calibrations).isNotEmpty();
    for (Calibration calibration : calibrations) {
      assertThat(calibration.key().nodeClass()).isEqualTo(result.nodeClass());
      assertThat(calibration.key().checkerClass()).isEqualTo(result.checkerClass());
    }
    List<String> lines = Files.readAllLines(kept.resolve(NAME + ".csv"));
    for (ScoredAnswer answer : result.answers()) {
      WorkScore score = answer.scores().getFirst();
      String numbers =
          String.format(
              Locale.ROOT,
              ",%d,%.3f,%d,%d",
              TOKENS,
              score.meanQ10(),
              score.worstQ10(),
              score.outside());
      String beginning = "honest," + answer.temperature() + ",";
      assertThat(lines)
          .as(numbers)
          .anyMatch(line -> line.startsWith(beginning) && line.endsWith(numbers));
    }
  }

  /** The whole way with the real model, from what nodes of another class sign to the verdict. */
  @Test
  void shouldCondemnACheatAndNoHonestNodeByWhatIsKept() throws Exception {
    Workbench bench =
        new Workbench(TestModels.SMOLLM2, TestModels.smolLm2(), "chatml", ROOT, folder);
    assumeThat(bench.variants()).contains("haswell", "sandybridge");
    Calibrations calibrations =
        new Calibrations(
            Calibration.parse(
                Files.readString(ROOT.resolve("calibration").resolve(NAME + ".json"))));
    try (WorkerEngine checking =
            bench.open(bench.weights("Q8_0"), Optional.of("sandybridge"), 1, 1);
        WorkerEngine honest = bench.open(bench.weights("Q8_0"), Optional.of("haswell"), 8, 1);
        WorkerEngine cheat = bench.open(bench.weights("Q4_0"), Optional.of("haswell"), 8, 1)) {
      EngineModel claimed = honest.models().getFirst();
      assertThat(history(calibrations, checking, honest, claimed).isCondemned()).isFalse();
      assertThat(history(calibrations, checking, cheat, claimed).isCondemned()).isTrue();
    }
  }

  private static WorkHistory history(
      Calibrations calibrations, WorkerEngine checking, WorkerEngine node, EngineModel claimed)
      throws Exception {
    PrefillChecker checker = new PrefillChecker(checking);
    WorkHistory history = WorkHistory.NONE;
    List<GenerationSpec> specs =
        Requests.of(TestModels.SMOLLM2, 500_000, MOST_CHECKS, 0.7, 2 * TOKENS);
    for (MadeAnswer made : MadeAnswer.together(node, specs)) {
      MadeAnswer answer = made.of(claimed);
      WorkFinding found = checker.check(answer.spec(), answer.evidence()).get(1, TimeUnit.MINUTES);
      assertThat(found).isInstanceOf(WorkFinding.Measured.class);
      OptionalDouble ratio =
          calibrations.logLikelihoodRatio(
              claimed.weightsDigestHex(), claimed.equivalenceClass(), (WorkFinding.Measured) found);
      assertThat(ratio).as("the kept calibration is for these").isPresent();
      history =
          history.with(
              new WorkHistory.Sample(
                  WorkDigest.of(answer.evidence()),
                  TaskId.of(WorkDigest.of(answer.evidence()).bytes()),
                  ratio.getAsDouble()),
              Sprt.standard());
    }
    return history;
  }
}

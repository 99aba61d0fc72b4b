package io.myelin.engine.calibrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.myelin.engine.llama.TestModels;
import io.myelin.protocol.work.Calibration;
import io.myelin.protocol.work.WorkScore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The calibration in the repository comes about again, answer by answer. */
class CalibrationIT {
  private static final Path ROOT = Path.of(System.getProperty("myelin.root", "."));
  private static final String NAME = "smollm2-135m-instruct-Q8_0-sandybridge";
  private static final int TOKENS = 8;

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
}

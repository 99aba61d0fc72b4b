package io.myelin.bench.verification;

import static io.myelin.protocol.work.WorkFinding.Kind.LOGPROBS;
import static io.myelin.protocol.work.WorkFinding.Kind.MALFORMED;
import static io.myelin.protocol.work.WorkFinding.Kind.SAMPLER;
import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.bench.verification.FaultPart.Row;
import io.myelin.cli.calibrate.ScratchBench;
import io.myelin.engine.catalogue.ModelCatalogue;
import io.myelin.protocol.work.WorkFinding.Kind;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * Every way to cheat that the devnet offers, with the real model: each answer that is not the
 * honest one is convicted, and by the defence that is there for it; no other is.
 */
@Timeout(300)
class FaultPartIT {
  static final List<String> CHEATS = FaultPart.CHEATS;

  private static final Map<String, Row> ROWS = new HashMap<>();

  /** Which defence has to find it: without that one, this test fails. */
  private static final Map<String, Kind> DEFENCE =
      Map.of(
          "substitute", LOGPROBS,
          "truncate", LOGPROBS,
          "cold", SAMPLER,
          "edit", MALFORMED,
          "garbage", MALFORMED,
          "cache", SAMPLER,
          "skip:4", SAMPLER,
          "inflate", MALFORMED);

  @BeforeAll
  static void run() throws Exception {
    try (ScratchBench scratch =
        ScratchBench.open(ModelCatalogue.ofThisUser(), ModelCatalogue.DEFAULT_MODEL)) {
      FaultPart part = new FaultPart(scratch.bench(), (what, done, of) -> {}, 2, 16);
      part.run(FaultPart.CHEATS).forEach(row -> ROWS.put(row.fault(), row));
    }
  }

  private static Row row(String fault) {
    return Objects.requireNonNull(ROWS.get(fault), fault);
  }

  @Test
  void shouldConvictNoHonestAnswer() {
    Row honest = row("none");
    assertThat(honest.lies()).isZero();
    assertThat(honest.innocent()).isZero();
    assertThat(honest.tasks(0.95)).isEqualTo(-1);
    assertThat(honest.falseAnswers(0.95)).isEqualTo(-1);
    assertThat(honest.lost()).isEmpty();
  }

  @ParameterizedTest
  @FieldSource("CHEATS")
  void shouldConvictEachLieByItsDefence(String fault) {
    Row row = row(fault);
    assertThat(row.lies()).as(row.toString()).isPositive();
    assertThat(row.caught()).as(row.toString()).isEqualTo(row.lies());
    assertThat(row.innocent()).as(row.toString()).isZero();
    assertThat(row.kinds()).as(row.toString()).containsKey(DEFENCE.get(fault));
    assertThat(row.tasks(0.5)).as(row.toString()).isBetween(14L, 60L);
    // Where all of its answers are false so is each of those tasks'; honest ones cost nothing.
    assertThat(row.falseAnswers(0.5)).as(row.toString()).isBetween(1L, row.tasks(0.5));
    assertThat(row.falseAnswers(0.5) * row.answers())
        .as(row.toString())
        .isBetween(row.tasks(0.5) * row.lies(), row.tasks(0.5) * row.lies() + row.answers());
    assertThat(row.lost()).contains("30 %");
  }
}

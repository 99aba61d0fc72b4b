package io.myelin.bench.verification;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.cli.calibrate.ScratchBench;
import io.myelin.engine.catalogue.ModelCatalogue;
import io.myelin.protocol.usefulness.Criterion;
import io.myelin.protocol.usefulness.PlantedAnswers;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What validators mark with tells planted good answers from bad ones, with the real model. */
@Timeout(300)
class JudgePartIT {
  @Test
  void shouldTellGoodAnswersFromBadOnes() throws Exception {
    List<JudgePart.Row> rows;
    try (ScratchBench scratch =
        ScratchBench.open(ModelCatalogue.ofThisUser(), ModelCatalogue.DEFAULT_MODEL)) {
      rows =
          new JudgePart(scratch.bench(), (what, done, of) -> {}, PlantedAnswers.MOST_OF_EACH).run();
    }
    for (Criterion criterion : Criterion.values()) {
      assertThat(rows)
          .filteredOn(row -> row.way() == JudgePart.Way.LIKELIHOOD)
          .filteredOn(row -> row.criterion() == criterion && row.flaw().isEmpty())
          .singleElement()
          .satisfies(row -> assertThat(row.reliability().thousandths()).isGreaterThan(850))
          .satisfies(row -> assertThat(row.reliability().counts()).isTrue());
    }
  }
}

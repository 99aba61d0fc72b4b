package io.myelin.engine.calibrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.myelin.protocol.work.WorkScore;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScoredAnswerTest {
  @Test
  void shouldBeReadAsItWasWritten() {
    List<ScoredAnswer> answers =
        List.of(
            new ScoredAnswer(
                "honest",
                0.7,
                8,
                1,
                List.of(new WorkScore(8, 63.375, 189, 0), new WorkScore(32, 33.781, 189, 1))),
            new ScoredAnswer("honest", 0.7, 8, 1, List.of(new WorkScore(8, 1.5, 9, 0))),
            new ScoredAnswer("Q4_0", 0.7, 8, 1, List.of(new WorkScore(32, 1.5, 9, 0))));
    List<String> lines = new ArrayList<>(List.of(ScoredAnswer.HEADER));
    answers.forEach(answer -> lines.addAll(answer.csv()));
    assertThat(ScoredAnswer.parse(lines)).isEqualTo(answers);
  }

  @Test
  void shouldNameTheLineThatIsNone() {
    assertThatThrownBy(() -> ScoredAnswer.parse(List.of("a,b")))
        .hasMessageContaining("line 1")
        .hasMessageContaining(ScoredAnswer.HEADER);
    assertThatThrownBy(() -> ScoredAnswer.parse(List.of(ScoredAnswer.HEADER, "honest,0.7,8")))
        .hasMessageContaining("line 2")
        .hasMessageContaining("honest,0.7,8");
  }
}

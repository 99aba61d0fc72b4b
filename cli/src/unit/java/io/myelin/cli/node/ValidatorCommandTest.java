package io.myelin.cli.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.cli.testing.CommandRun;
import io.myelin.protocol.work.Exam;
import org.junit.jupiter.api.Test;

/** What a validator cannot ask of nodes is refused before anything starts. */
class ValidatorCommandTest {
  @Test
  void shouldRefuseExamsThatTheSlowestNodeCannotFinish() {
    assertThat(Exam.allowedSeconds(1, 4_096)).isLessThan(Exam.MOST_SECONDS);
    assertThat(Exam.allowedSeconds(1, 2 * 4_096)).isEqualTo(Exam.MOST_SECONDS);
    CommandRun refused = CommandRun.of("validator", "--exam-context", "4097");
    assertThat(refused.status()).isNotZero();
    assertThat(refused.err())
        .contains("exam-context: 4097 (expected: 0 to 4096; the slowest node")
        .contains("in the 300 s of an exam");
  }
}

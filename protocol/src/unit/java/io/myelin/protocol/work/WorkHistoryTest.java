package io.myelin.protocol.work;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.work.Sprt.Decision;
import org.junit.jupiter.api.Test;

class WorkHistoryTest {
  private static final Sprt SPRT = Sprt.standard();

  private static WorkHistory.Sample sample(int number, double ratio) {
    Digest work = Sha256.hash(new byte[] {(byte) number, (byte) (number >> 8)});
    return new WorkHistory.Sample(work, TaskId.of(work.bytes()), ratio);
  }

  @Test
  void shouldCondemnAndStaySo() {
    WorkHistory history = WorkHistory.NONE;
    for (int i = 0; i < 3; i++) {
      history = history.with(sample(i, 100), SPRT);
      assertThat(history.isCondemned()).isFalse();
    }
    history = history.with(sample(3, 100), SPRT);
    assertThat(history.isCondemned()).isTrue();
    assertThat(history.run()).hasSize(SPRT.leastChecks());
    assertThat(history.with(sample(4, -100), SPRT)).isSameAs(history);
  }

  @Test
  void shouldCountATaskOnce() {
    WorkHistory history = WorkHistory.NONE;
    for (int i = 0; i < 10; i++) {
      history = history.with(sample(7, 100), SPRT);
    }
    assertThat(history.run()).hasSize(1);
    assertThat(history.isCondemned()).isFalse();
  }

  @Test
  void shouldBeginAgainWhenCleared() {
    WorkHistory history = WorkHistory.NONE.with(sample(0, 2), SPRT).with(sample(1, -100), SPRT);
    assertThat(history).isEqualTo(WorkHistory.NONE);
  }

  @Test
  void shouldNotGrowWithoutEnd() {
    WorkHistory history = WorkHistory.NONE;
    for (int i = 0; i < 10 * Charge.MOST_WORKS; i++) {
      history = history.with(sample(i, i % 2 == 0 ? 1 : -1), SPRT);
      assertThat(history.run()).hasSizeLessThan(Charge.MOST_WORKS);
      assertThat(history.state().decision()).isEqualTo(Decision.CONTINUE);
    }
  }
}

package io.myelin.protocol.work;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.work.Sprt.Decision;
import org.junit.jupiter.api.Test;

class WorkHistoryTest {
  private static final Sprt SPRT = Sprt.standard();

  private static Digest work(int number) {
    return Sha256.hash(new byte[] {(byte) number});
  }

  @Test
  void shouldCondemnAndStaySo() {
    WorkHistory history = WorkHistory.NONE;
    for (int i = 0; i < 3; i++) {
      history = history.with(work(i), 100, SPRT);
      assertThat(history.isCondemned()).isFalse();
    }
    history = history.with(work(3), 100, SPRT);
    assertThat(history.isCondemned()).isTrue();
    assertThat(history.run()).hasSize(SPRT.leastChecks());
    assertThat(history.with(work(4), -100, SPRT)).isSameAs(history);
  }

  @Test
  void shouldBeginAgainWhenCleared() {
    WorkHistory history = WorkHistory.NONE.with(work(0), 2, SPRT).with(work(1), -100, SPRT);
    assertThat(history).isEqualTo(WorkHistory.NONE);
  }

  @Test
  void shouldNotGrowWithoutEnd() {
    WorkHistory history = WorkHistory.NONE;
    for (int i = 0; i < 10 * Charge.MOST_WORKS; i++) {
      history = history.with(work(i), i % 2 == 0 ? 1 : -1, SPRT);
      assertThat(history.run()).hasSizeLessThan(Charge.MOST_WORKS);
      assertThat(history.state().decision()).isEqualTo(Decision.CONTINUE);
    }
  }
}

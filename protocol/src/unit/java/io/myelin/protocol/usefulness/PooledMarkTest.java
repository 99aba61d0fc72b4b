package io.myelin.protocol.usefulness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.myelin.protocol.usefulness.PooledMark.MemberMark;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PooledMarkTest {
  private static final Reliability KNOWS = new Reliability(950, 36);
  private static final Reliability GUESSES = new Reliability(520, 36);

  private static List<MemberMark> marks(Reliability reliability, int... marks) {
    return IntStream.of(marks).mapToObj(mark -> new MemberMark(mark, reliability)).toList();
  }

  @Test
  void shouldTakeTheMedianSoThatFewCannotMoveIt() {
    assertThat(PooledMark.of(marks(KNOWS, 700, 720, 690, 0, 1_000)))
        .contains(new PooledMark(700, 20, 5));
    assertThat(PooledMark.of(marks(KNOWS, 700, 720, 690, 0, 0)))
        .hasValueSatisfying(pooled -> assertThat(pooled.thousandths()).isEqualTo(690));
    assertThat(PooledMark.of(marks(KNOWS, 300, 600)))
        .hasValueSatisfying(pooled -> assertThat(pooled.thousandths()).isEqualTo(300));
  }

  @Test
  void shouldNotCountWhoFailedAtPlantedAnswers() {
    List<MemberMark> all = new ArrayList<>(marks(GUESSES, 0, 0, 0));
    all.addAll(marks(KNOWS, 800, 810));
    assertThat(PooledMark.of(all)).contains(new PooledMark(800, 0, 2));
    assertThat(PooledMark.of(marks(GUESSES, 500, 500))).isEmpty();
    assertThat(PooledMark.of(marks(Reliability.UNKNOWN, 500))).isEmpty();
  }

  @Test
  void shouldRefuseMarksThatAreNone() {
    assertThatThrownBy(() -> new MemberMark(1_001, KNOWS))
        .hasMessage("thousandths: 1001 (expected: 0 to 1000)");
  }
}

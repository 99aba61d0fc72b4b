package io.myelin.protocol.poi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DispersionTest {
  private static final float[] EAST = {1, 0};
  private static final float[] NEAR_EAST = {1, 0.2f};
  private static final float[] NORTH = {0, 1};
  private static final float[] WEST = {-1, 0};

  @Test
  void namesTheOneThatMeansSomethingElse() {
    Dispersion one = Dispersion.of(List.of(EAST, NORTH, NEAR_EAST, EAST, EAST));

    assertThat(one.outliers()).containsExactly(1);
    assertThat(one.scattered()).isFalse();
    assertThat(one.alarms()).isTrue();
    assertThat(one.distances().get(0)).isLessThan(0.02);
    assertThat(one.largest()).isEqualTo(one.distances().get(1));
  }

  @Test
  void namesAMinorityThatAgreesAmongItself() {
    assertThat(Dispersion.of(List.of(EAST, NORTH, EAST, NORTH, NEAR_EAST)).outliers())
        .containsExactly(1, 3);
  }

  @Test
  void namesNobodyWithoutAMajority() {
    for (List<float[]> split :
        List.of(
            List.of(EAST, NORTH), List.of(EAST, NORTH, WEST), List.of(EAST, EAST, NORTH, NORTH))) {
      Dispersion one = Dispersion.of(split);
      assertThat(one.outliers()).isEmpty();
      assertThat(one.scattered()).isTrue();
      assertThat(one.alarms()).isTrue();
    }
  }

  @Test
  void isQuietWhereAllMeanTheSameOrThereIsOne() {
    assertThat(Dispersion.of(List.of(EAST, NEAR_EAST, EAST)).alarms()).isFalse();
    assertThat(Dispersion.of(List.<float[]>of(EAST)).alarms()).isFalse();
    assertThat(Dispersion.of(List.<float[]>of()).largest()).isZero();
  }

  @Test
  void embedsEqualAnswersOnceAndNothingWhereAllAreEqual() {
    List<List<String>> asked = new ArrayList<>();
    Dispersion.Embedder embedder =
        texts -> {
          asked.add(texts);
          return texts.stream().map(text -> text.equals("yes") ? EAST : NORTH).toList();
        };

    assertThat(Dispersion.of(List.of("yes", "yes", "yes"), embedder).alarms()).isFalse();
    assertThat(asked).isEmpty();
    assertThat(Dispersion.of(List.of("yes", "no", "yes"), embedder).outliers()).containsExactly(1);
    assertThat(asked).containsExactly(List.of("yes", "no"));
  }

  @Test
  void measuresTheAngleAlone() {
    assertThat(Dispersion.cosineDistance(EAST, new float[] {5, 0})).isZero();
    assertThat(Dispersion.cosineDistance(EAST, NORTH)).isEqualTo(1);
    assertThat(Dispersion.cosineDistance(EAST, WEST)).isEqualTo(2);
    assertThat(Dispersion.cosineDistance(EAST, new float[] {3, 4})).isCloseTo(0.4, within(1e-9));
    assertThat(Dispersion.cosineDistance(EAST, new float[] {0, 0})).isEqualTo(1);
  }

  @Test
  void refusesWhatCannotBeCompared() {
    assertThatThrownBy(() -> Dispersion.cosineDistance(EAST, new float[] {1}))
        .hasMessageContaining("one length");
    assertThatThrownBy(() -> Dispersion.of(List.of("a", "b"), _ -> List.of(EAST)))
        .hasMessageContaining("one for each text");
  }
}

package io.myelin.protocol.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SparesTest {

  @Test
  void sparesAreAShareOfWhatIsLeft() {
    assertThat(Spares.nodes(1, 4, 16)).isEqualTo(4);
    assertThat(Spares.nodes(1, 4, 12)).isEqualTo(3);
    assertThat(Spares.nodes(1, 4, 4)).isEqualTo(1);
    assertThat(Spares.nodes(2, 5, 1)).isEqualTo(2);
    assertThat(Spares.nodes(0, 3, 3)).isZero();
    assertThat(Spares.nodes(0, 3, 100)).isEqualTo(3);
  }

  @Test
  void eightSessionsFitIntoSixteenSlots() {
    List<Integer> taken = new ArrayList<>();
    for (int free = 16; free > 0; free -= taken.getLast()) {
      taken.add(Spares.nodes(1, 4, free));
    }
    assertThat(taken).containsExactly(4, 3, 3, 2, 1, 1, 1, 1);
  }

  @Test
  void negativeNumbersAreRefused() {
    assertThatThrownBy(() -> Spares.nodes(-1, 4, 4)).hasMessageContaining("needed");
  }
}

package io.myelin.committee;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.committee.RollCall.Attendance;
import io.myelin.protocol.ids.Address;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Who believes what it does not hear. */
final class RollCallTest {
  private static final Address SELF = address(1);
  private static final Address ACCUSED = address(2);

  private static Address address(int number) {
    return Address.parse("0x%040x".formatted(number));
  }

  private static Set<Address> others(int from, int to) {
    return IntStream.range(from, to).mapToObj(RollCallTest::address).collect(Collectors.toSet());
  }

  @Test
  void shouldNotFindAnybodyAbsentWhileCutOff() {
    assertThat(new Attendance(Set.of(), others(1, 8)).isConnected(SELF, ACCUSED)).isFalse();
    Attendance alone = new Attendance(Set.of(SELF), others(2, 8));
    assertThat(alone.isConnected(SELF, ACCUSED)).as("it hears itself only").isFalse();
    assertThat(new Attendance(others(6, 8), others(2, 6)).isConnected(SELF, ACCUSED))
        .as("two of five")
        .isFalse();
  }

  @Test
  void shouldBelieveWhatHalfOfTheOthersBearOut() {
    assertThat(new Attendance(others(5, 8), others(2, 5)).isConnected(SELF, ACCUSED)).isTrue();
    assertThat(new Attendance(others(3, 8), Set.of(ACCUSED)).isConnected(SELF, ACCUSED)).isTrue();
    assertThat(new Attendance(others(3, 8), Set.of(ACCUSED)).isConnected(Address.ZERO, ACCUSED))
        .as("a gateway")
        .isTrue();
  }
}

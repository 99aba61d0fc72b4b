package io.myelin.protocol.committee;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The bounds that {@code Bench.t.sol} finds in the contract. */
final class BenchRulesTest {
  @Test
  void shouldLeaveACommittee() {
    assertThat(BenchRules.hasRoom(5, 0, 5)).isFalse();
    assertThat(BenchRules.hasRoom(6, 0, 5)).isTrue();
    assertThat(BenchRules.hasRoom(7, 0, 5)).isTrue();
    assertThat(BenchRules.hasRoom(6, 1, 5)).isTrue();
    assertThat(BenchRules.hasRoom(5, 2, 5)).isFalse();
  }

  @Test
  void shouldBenchAQuarterAtMost() {
    assertThat(BenchRules.hasRoom(16, 4, 5)).isTrue();
    assertThat(BenchRules.hasRoom(15, 5, 5)).isFalse();
  }
}

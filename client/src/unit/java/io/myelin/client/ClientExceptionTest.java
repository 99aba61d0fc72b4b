package io.myelin.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientExceptionTest {
  @ParameterizedTest
  @CsvSource({
    "503, no_capacity, true",
    "504, '', true",
    "409, slot_taken, true",
    "409, not_approved, false",
    "402, insufficient_funds, false",
    "500, '', false"
  })
  void shouldSayWhichRefusalsPass(int status, String code, boolean passes) {
    assertThat(new ClientException("refused", new RefusedException(status, code)).isPassing())
        .isEqualTo(passes);
  }

  @Test
  void shouldCountNoAnswerAsPassingAndWrongInputAsNot() {
    assertThat(new ClientException("no answer", new IOException("broken")).isPassing()).isTrue();
    assertThat(ClientException.wrongInput("not a number").isPassing()).isFalse();
  }
}

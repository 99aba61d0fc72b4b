package io.myelin.validator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class NoncesTest {
  private final Nonces nonces = new Nonces(15);

  private long send(long counted, long nowNanos) {
    long nonce = nonces.next(counted, nowNanos);
    nonces.sent(nonce, nowNanos);
    return nonce;
  }

  @Test
  void shouldCountOnWhileTheChainDoesNot() {
    assertThat(send(5, 0)).isEqualTo(5);
    assertThat(send(5, 1)).isEqualTo(6);
    assertThat(send(6, 2)).isEqualTo(7);
    assertThat(send(8, 3)).isEqualTo(8);
  }

  @Test
  void shouldNotTakeTheNumberOfOneThatWasSentAMomentAgoThoughTheFirstIsOld() {
    assertThat(send(5, 0)).isEqualTo(5);
    assertThat(send(6, 14)).isEqualTo(6);
    assertThat(send(6, 16)).isEqualTo(7);
  }

  @Test
  void shouldReplaceTheOneThatWaitsAndNotThoseBehindIt() {
    assertThat(send(5, 0)).isEqualTo(5);
    assertThat(send(5, 14)).isEqualTo(6);
    assertThat(send(5, 15)).isEqualTo(5);
    assertThat(send(5, 16)).isEqualTo(7);
    assertThat(send(5, 31)).isEqualTo(5);
  }

  @Test
  void shouldWaitForWhatABlockThatWasTakenBackHad() {
    assertThat(send(5, 0)).isEqualTo(5);
    assertThat(send(6, 1)).isEqualTo(6);
    assertThat(send(5, 2)).isEqualTo(7);
  }
}

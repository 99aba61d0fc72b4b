package io.myelin.protocol.subnet;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.protocol.ids.Digest;
import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SubnetOfferTest {
  private static SubnetOffer offer(String id, long inputWei, long outputWei) {
    return new SubnetOffer(
        Digest.parse(id.repeat(32)), BigInteger.valueOf(inputWei), BigInteger.valueOf(outputWei));
  }

  @Test
  void shouldTakeTheCheaperThenTheSmallerId() {
    SubnetOffer dear = offer("01", 1, 4);
    SubnetOffer cheap = offer("ff", 3, 1);
    SubnetOffer asCheap = offer("7f", 2, 2);
    assertThat(SubnetOffer.best(List.of())).isEmpty();
    assertThat(SubnetOffer.best(List.of(dear, cheap))).contains(cheap);
    assertThat(SubnetOffer.best(List.of(cheap, dear, asCheap))).contains(asCheap);
    assertThat(SubnetOffer.best(List.of(asCheap, dear, cheap))).contains(asCheap);
  }
}

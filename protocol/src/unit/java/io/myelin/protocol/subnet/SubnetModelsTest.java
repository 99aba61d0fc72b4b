package io.myelin.protocol.subnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Digest;
import java.math.BigInteger;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class SubnetModelsTest {
  private static final Digest WEIGHTS = Sha256.hash(new byte[] {1});

  private static ListedModel model(String id) {
    return new ListedModel(id, WEIGHTS, BigInteger.ONE, BigInteger.TWO);
  }

  private static void assertRefused(String word, String id, Digest weights, BigInteger price) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ListedModel(id, weights, price, BigInteger.ONE))
        .withMessageContaining(word);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ListedModel(id, weights, BigInteger.ONE, price))
        .withMessageContaining(word);
  }

  @Test
  void shouldTakeWhatACatalogueNames() {
    assertThat(new SubnetModels(List.of(model("a"), model("org/model:7b"))).models()).hasSize(2);
    ListedModel any = new ListedModel(ListedModel.ANY, Digest.ZERO, BigInteger.ONE, BigInteger.ONE);
    assertThat(any.model()).isEqualTo("*");
    assertThat(
            new ListedModel("b", ListedModel.UNPINNED, BigInteger.ONE, ListedModel.MAX_PRICE_WEI))
        .isNotNull();
  }

  @Test
  void shouldRefuseWhatIsNotWellFormed() {
    BigInteger one = BigInteger.ONE;
    assertRefused("letters", "", WEIGHTS, one);
    assertRefused("letters", "a b", WEIGHTS, one);
    assertRefused("letters", "x".repeat(129), WEIGHTS, one);
    assertRefused("weightsDigest", "a", Digest.ZERO, one);
    assertRefused("weightsDigest", ListedModel.ANY, WEIGHTS, one);
    assertRefused("a token", "a", WEIGHTS, BigInteger.ZERO);
    assertRefused("a token", "a", WEIGHTS, one.negate());
    assertRefused("a token", "a", WEIGHTS, ListedModel.MAX_PRICE_WEI.add(one));
  }

  @Test
  void shouldListEachOnceAndNotTooMany() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SubnetModels(List.of(model("a"), model("b"), model("A"))))
        .withMessageContaining("A twice");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SubnetModels(List.of()))
        .withMessageContaining("1 to 64");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new SubnetModels(
                    IntStream.range(0, 65).mapToObj(number -> model("m" + number)).toList()))
        .withMessageContaining("65");
    assertThat(new SubnetModels(Collections.singletonList(model("a"))).models()).hasSize(1);
  }

  @Test
  void shouldAllowTheListedWeightsOnly() {
    assertThat(ListedModel.allows(WEIGHTS, WEIGHTS)).isTrue();
    assertThat(ListedModel.allows(WEIGHTS, Digest.ZERO)).isFalse();
    assertThat(ListedModel.allows(ListedModel.UNPINNED, WEIGHTS)).isTrue();
    assertThat(ListedModel.allows(Digest.ZERO, WEIGHTS)).isTrue();
  }
}

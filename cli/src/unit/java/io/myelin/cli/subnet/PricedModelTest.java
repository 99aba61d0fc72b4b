package io.myelin.cli.subnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PricedModelTest {
  @Test
  void readsGwei() {
    PricedModel model = PricedModel.parse("org/model:7b=0.5/1.25");
    assertThat(model.model()).isEqualTo("org/model:7b");
    assertThat(model.inputWei()).isEqualTo(BigInteger.valueOf(500_000_000));
    assertThat(model.outputWei()).isEqualTo(BigInteger.valueOf(1_250_000_000));
    assertThat(model.price()).isEqualTo("0.5/1.25");
    assertThat(PricedModel.parse("*=1/3").model()).isEqualTo("*");
    assertThat(PricedModel.parse("a=0.000000001/10").inputWei()).isEqualTo(BigInteger.ONE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "a=1", "a=1/", "=1/2", "a=-1/2", "a=1/0.0000000001", "a=1e3/2"})
  void refusesOtherForms(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PricedModel.parse(text))
        .withMessageContaining("expected: ID=IN/OUT");
  }
}

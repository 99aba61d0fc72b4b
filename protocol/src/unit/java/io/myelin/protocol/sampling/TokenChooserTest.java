package io.myelin.protocol.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.myelin.v1.SamplingParams;
import java.util.List;
import org.junit.jupiter.api.Test;

class TokenChooserTest {

  private static Support support(int... tokensAndLogprobs) {
    Support support = new Support();
    for (int i = 0; i < tokensAndLogprobs.length; i += 2) {
      support.add(tokensAndLogprobs[i], tokensAndLogprobs[i + 1]);
    }
    return support;
  }

  private static TokenChooser chooser(SamplingParams.Builder params) {
    return new TokenChooser(SamplingIntegers.of(params.build()), List.of());
  }

  @Test
  void shouldTakeTheLowestOfEqualsWhenGreedy() {
    TokenChooser greedy = chooser(SamplingParams.newBuilder());
    assertThat(greedy.choose(support(9, -10, 4, -10, 7, -11), 0)).isEqualTo(4);
    assertThat(greedy.kept().toByteArray()).containsExactly(2, 10, 4, 0, 9);
    assertThatThrownBy(() -> greedy.choose(new Support(), 0)).hasMessageContaining("candidates");
  }

  @Test
  void shouldKeepOnlyWhatADrawTurnsOn() {
    TokenChooser cold = chooser(SamplingParams.newBuilder().setTemperature(0.1));
    // 3 nats below at T = 0.1 are e^-30, no weight in 32 bits.
    assertThat(cold.choose(support(1, -100, 2, -200, 3, -100 - 3072), 5)).isIn(1, 2);
    assertThat(Support.decode(cold.kept(), false).size()).isEqualTo(2);
    TokenChooser three = chooser(SamplingParams.newBuilder().setTemperature(1).setTopK(3));
    three.choose(support(1, -100, 2, -200, 3, -300, 4, -400), 5);
    assertThat(Support.decode(three.kept(), false).size()).isEqualTo(3);
  }

  @Test
  void shouldCountPenaltiesOverTheOutputAndRepeatsOverThePromptToo() {
    TokenChooser presence = chooser(SamplingParams.newBuilder().setPresencePenalty(0.5));
    presence.accept(1);
    assertThat(presence.choose(support(1, -100, 2, -500), 1)).isEqualTo(2);
    assertThat(presence.choose(support(1, -100, 2, -700), 1)).isEqualTo(1);
    TokenChooser repeat =
        new TokenChooser(
            SamplingIntegers.of(SamplingParams.newBuilder().setRepeatPenalty(2).build()),
            List.of(1));
    Support raw = support(1, -100, 2, -500);
    raw.shift(2100);
    // Raw logit 2000 halves to 1000, below the other's 1600.
    assertThat(repeat.choose(raw, 0)).isEqualTo(2);
    assertThat(Support.decode(repeat.kept(), true).shiftQ10()).isEqualTo(2100);
  }

  @Test
  void shouldReadOnlyTheOneFormOfASupport() {
    refused("cut short", 1);
    refused("cut short", 1, 5);
    refused("after the last candidate", 1, 5, 3, 0);
    refused("out of order", 2, 5, 3, 0, 3);
    refused("out of order", 2, 5, 3, 0, 2);
    refused("comes twice", 2, 5, 3, 1, 3);
    refused("shortest form", 0x81, 0, 5, 3);
    refused("at most 256", 0x81, 2);
    refused("expected: a token below 2^31", 1, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 3);
    assertThat(Support.decode(bytes(2, 5, 3, 0, 4), false).find(4)).isOne();
  }

  private static void refused(String why, int... values) {
    assertThatThrownBy(() -> Support.decode(bytes(values), false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
  }

  private static ByteString bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return ByteString.copyFrom(bytes);
  }

  @Test
  void shouldDrawTheNumbersThatAreWrittenDown() {
    // docs/engine.md shows these.
    assertThat(Long.toHexString(CounterRandom.draw(0, 0))).isEqualTo("a706dd2f4d197e6f");
    assertThat(Long.toHexString(CounterRandom.draw(42, 7))).isEqualTo("bc16a3d4cc48678e");
    assertThat(Long.toHexString(CounterRandom.draw(-1, 1_000_000))).isEqualTo("760cb63ff7acc76b");
  }

  @Test
  void shouldSpreadDrawsEvenly() {
    int[] counts = new int[16];
    for (int seed = 0; seed < 100; seed++) {
      for (int position = 0; position < 160; position++) {
        counts[(int) (CounterRandom.draw(seed, position) >>> 60)]++;
      }
    }
    for (int count : counts) {
      assertThat(count).isBetween(850, 1150);
    }
  }

  @Test
  void shouldHavePowersOfTwoThatAreRoundedRight() {
    for (int k = 0; k <= 1024; k++) {
      assertThat(FixedExp.exp2Negative((long) k << 22))
          .isEqualTo(Math.round(StrictMath.pow(2, -k / 1024.0) * FixedExp.ONE));
    }
  }
}

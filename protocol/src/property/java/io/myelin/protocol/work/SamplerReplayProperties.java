package io.myelin.protocol.work;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.myelin.protocol.work.WorkFinding.Lie;
import io.myelin.v1.Evidence;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.TokenLogprob;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Honest work always passes, whatever the model and the parameters; changed work does not. */
class SamplerReplayProperties {

  private static Optional<Lie> check(RandomWork work, GenerationSpec spec, Evidence evidence) {
    return EvidenceShape.firstLie(spec, evidence)
        .or(() -> SamplerReplay.firstLie(spec, work.prompt(), evidence));
  }

  @Property(tries = 1500)
  void shouldNeverAccuseTheHonest(
      @ForAll long seed,
      @ForAll @IntRange(max = 5) int prefix,
      @ForAll @IntRange(max = 12) int tokens) {
    RandomWork work = new RandomWork(seed);
    assertThat(check(work, work.spec(), work.answer(prefix, tokens))).isEmpty();
  }

  @Property(tries = 1000)
  void shouldFindATokenThatWasNotChosen(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 8) int tokens) {
    RandomWork work = new RandomWork(seed);
    Evidence honest = work.answer(0, tokens);
    Random random = new Random(seed);
    int at = random.nextInt(tokens);
    TokenLogprob signed = honest.getTokens(at);
    int other = (signed.getToken() + 1 + random.nextInt(work.vocabulary() - 1)) % work.vocabulary();
    TokenLogprob changed = signed.toBuilder().setToken(other).build();
    Evidence.Builder lying = honest.toBuilder().setTokens(at, changed);
    lying.getChunksBuilder(at).setTokens(0, other);
    if (work.spec().getLogprobs()) {
      lying
          .getChunksBuilder(at)
          .setLogprobs(0, ClientLogprobs.of(changed, work.spec().getTopLogprobs()));
    }
    assertThat(check(work, work.spec(), lying.build()))
        .hasValueSatisfying(lie -> assertThat(lie.position()).isEqualTo(at));
  }

  @Property(tries = 1000)
  void shouldFindEvidenceThatDoesNotFitItself(@ForAll long seed) {
    RandomWork work = new RandomWork(seed);
    Evidence honest = work.answer(1, 4);
    TokenLogprob second = honest.getTokens(1);
    Evidence.Builder[] lies = {
      honest.toBuilder().removeTokens(3),
      honest.toBuilder().removeChunks(1),
      honest.toBuilder().addTokens(second),
      honest.toBuilder().setTokens(1, second.toBuilder().clearSupport()),
      honest.toBuilder().setTokens(1, second.toBuilder().setLogprobQ10(1)),
      honest.toBuilder().setTokens(1, second.toBuilder().setLogprobQ10(second.getLogprobQ10() - 1)),
      honest.toBuilder().setTokens(1, second.toBuilder().addTop(second.getTop(0))),
      honest.toBuilder()
          .setTokens(
              1,
              second.toBuilder()
                  .setSupport(second.getSupport().concat(ByteString.copyFrom(new byte[1])))),
    };
    for (Evidence.Builder lie : lies) {
      assertThat(check(work, work.spec(), lie.build())).isPresent();
    }
  }

  @Property(tries = 1000)
  void shouldBearAnyBytesInASupport(@ForAll long seed, @ForAll byte[] bytes) {
    RandomWork work = new RandomWork(seed);
    Evidence honest = work.answer(0, 3);
    Evidence changed =
        honest.toBuilder()
            .setTokens(1, honest.getTokens(1).toBuilder().setSupport(ByteString.copyFrom(bytes)))
            .build();
    Optional<Lie> found = check(work, work.spec(), changed);
    found.ifPresent(lie -> assertThat(lie.detail()).isNotBlank());
  }

  @Property(tries = 200)
  void shouldFindAnotherSeedOrTemperature(@ForAll long seed) {
    RandomWork work = new RandomWork(seed);
    GenerationSpec asked = work.spec();
    Evidence evidence = work.answer(0, 64);
    GenerationSpec.Builder other = asked.toBuilder();
    other.getSamplingBuilder().setSeed(asked.getSampling().getSeed() + 1);
    boolean drawn =
        asked.getSampling().getTemperature() > 0.5
            && asked.getSampling().getTopK() == 0
            && asked.getSampling().getTopP() == 1
            && asked.getSampling().getMinP() == 0
            && asked.getSampling().getLogitBiasCount() == 0
            && asked.getSampling().getPresencePenalty() == 0
            && work.vocabulary() > 8
            && asked.getConstraint().getKindValue() == 0;
    if (drawn) {
      assertThat(check(work, other.build(), evidence)).isPresent();
    }
  }
}

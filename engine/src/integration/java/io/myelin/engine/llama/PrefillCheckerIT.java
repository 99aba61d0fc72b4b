package io.myelin.engine.llama;

import static io.myelin.engine.llama.TinyEngines.MODEL;
import static io.myelin.engine.llama.TinyEngines.options;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.myelin.engine.Generation;
import io.myelin.engine.OutputPrefix;
import io.myelin.engine.check.PrefillChecker;
import io.myelin.engine.llama.Answers.Answer;
import io.myelin.protocol.sampling.SamplingIntegers;
import io.myelin.protocol.sampling.Support;
import io.myelin.protocol.sampling.TokenChooser;
import io.myelin.protocol.work.WorkFinding;
import io.myelin.protocol.work.WorkFinding.Exact;
import io.myelin.protocol.work.WorkFinding.Kind;
import io.myelin.protocol.work.WorkFinding.Lie;
import io.myelin.protocol.work.WorkFinding.Measured;
import io.myelin.protocol.work.WorkFinding.Undecided;
import io.myelin.v1.Evidence;
import io.myelin.v1.FinishReason;
import io.myelin.v1.GenerationResult;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.TokenLogprob;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Honest answers of every shape pass, and whatever is changed of one is found. */
class PrefillCheckerIT {
  private static LlamaEngine node;
  private static LlamaEngine own;
  private static PrefillChecker checker;

  @BeforeAll
  static void open(@TempDir Path folder) {
    Path weights = TinyModels.random(folder.resolve("random.gguf"), 11);
    node = LlamaEngine.open(options(weights).withMaxQueued(40));
    own = LlamaEngine.open(options(weights).withSize(TinyModels.CONTEXT, 1));
    checker = new PrefillChecker(own);
  }

  @AfterAll
  static void close() {
    node.close();
    own.close();
  }

  private static GenerationSpec.Builder hot(int maxTokens) {
    return Specs.text(MODEL, "some prompt").setSampling(Specs.seeded(5)).setMaxTokens(maxTokens);
  }

  private static WorkFinding check(Answer answer) {
    return checker.check(answer.spec(), answer.evidence(), answer.result()).join();
  }

  private static WorkFinding check(Answer answer, Evidence.Builder changed) {
    return checker.check(answer.spec(), changed.build(), answer.result()).join();
  }

  private static void assertLie(WorkFinding finding, Kind kind, int position) {
    assertThat(finding)
        .isInstanceOfSatisfying(
            Lie.class,
            lie -> {
              assertThat(lie.kind()).as(lie.detail()).isEqualTo(kind);
              assertThat(lie.position()).isEqualTo(position);
            });
  }

  @Test
  void shouldPassHonestAnswersOfEveryShape() {
    for (int length : new int[] {1, 2, 30}) {
      for (Answer answer : Answers.together(node, Answers.colourful(MODEL, length, length))) {
        assertThat(check(answer))
            .as(answer.spec().toString())
            .isEqualTo(new Exact(answer.evidence().getTokensCount()));
      }
    }
  }

  @Test
  void shouldPassAnAnswerThatGoesOnWhereAnotherNodeStopped() {
    for (GenerationSpec spec : Answers.colourful(MODEL, 25, 3)) {
      CollectingListener whole = TinyEngines.run(node, spec);
      for (int cut : new int[] {0, 1, whole.chunks().size() / 2, whole.chunks().size()}) {
        OutputPrefix prefix =
            TinyEngines.prefix(whole.chunks().subList(0, Math.min(cut, whole.chunks().size())));
        Answer rest = Answers.of(node, spec, prefix);
        assertThat(check(rest)).isEqualTo(new Exact(rest.evidence().getTokensCount()));
      }
    }
  }

  @Test
  void shouldPassAnAnswerThatItsClientLeft() {
    CompletableFuture<Void> begun = new CompletableFuture<>();
    CollectingListener listener = new CollectingListener(chunk -> begun.complete(null));
    GenerationSpec spec = hot(0).setIgnoreEos(true).addStop("zzzz").build();
    Generation generation = node.generate(spec, OutputPrefix.NONE, listener);
    generation.request(7);
    begun.join();
    generation.cancel();
    GenerationResult result = listener.await();
    Evidence evidence = Answers.evidence(node, listener, OutputPrefix.NONE);
    assertThat(check(new Answer(spec, evidence, result)))
        .isEqualTo(new Exact(evidence.getTokensCount()));
  }

  @Test
  void shouldPassAnAnswerThatFillsTheContext() {
    for (int seed = 0; seed < 4; seed++) {
      Answer full =
          Answers.of(
              node,
              Specs.text(MODEL, "x".repeat(470))
                  .setSampling(Specs.seeded(seed))
                  .setIgnoreEos(true)
                  .addStop("abcdefgh")
                  .setMaxTokens(0)
                  .build(),
              OutputPrefix.NONE);
      assertThat(full.result().getReason()).isEqualTo(FinishReason.FINISH_REASON_LENGTH);
      assertThat(check(full)).isEqualTo(new Exact(full.evidence().getTokensCount()));
    }
  }

  @Test
  void shouldFindChangedText() {
    Answer honest = Answers.of(node, hot(12).build(), OutputPrefix.NONE);
    Evidence.Builder edited = honest.evidence().toBuilder();
    edited.getChunksBuilder(3).setText(ByteString.copyFromUtf8("bought"));
    assertThat(check(honest, edited))
        .isInstanceOfSatisfying(Lie.class, lie -> assertThat(lie.kind()).isEqualTo(Kind.MALFORMED));
    Evidence.Builder spelled = honest.evidence().toBuilder();
    TokenLogprob third = honest.evidence().getTokens(2);
    spelled.setTokens(2, third.toBuilder().setText(ByteString.copyFromUtf8("q!")));
    assertThat(check(honest, spelled)).isInstanceOf(Lie.class);
  }

  @Test
  void shouldFindAnAnswerThatEndsOtherwiseThanItsNodeSays() {
    Answer cut = Answers.of(node, hot(6).setIgnoreEos(true).build(), OutputPrefix.NONE);
    assertThat(cut.result().getReason()).isEqualTo(FinishReason.FINISH_REASON_LENGTH);
    assertLie(
        checker
            .check(
                cut.spec(),
                cut.evidence(),
                cut.result().toBuilder().setReason(FinishReason.FINISH_REASON_STOP).build())
            .join(),
        Kind.MALFORMED,
        5);
    assertLie(
        checker.check(cut.spec().toBuilder().setMaxTokens(5).build(), cut.evidence()).join(),
        Kind.MALFORMED,
        5);
  }

  @Test
  void shouldFindALongerPromptThanThereWas() {
    Answer honest = Answers.of(node, hot(6).build(), OutputPrefix.NONE);
    GenerationResult longer =
        honest.result().toBuilder().setPromptTokens(honest.result().getPromptTokens() + 1).build();
    WorkFinding found = checker.check(honest.spec(), honest.evidence(), longer).join();
    assertLie(found, Kind.MALFORMED, 0);
    assertThat(((Lie) found).detail()).isEqualTo("prompt tokens: 12 (expected: 11)");
    // Nor for an answer that its client left before the first token.
    Evidence none = honest.evidence().toBuilder().clearTokens().clearChunks().build();
    assertThat(checker.check(honest.spec(), none, honest.result()).join()).isEqualTo(new Exact(0));
    assertLie(checker.check(honest.spec(), none, longer).join(), Kind.MALFORMED, 0);
    // Another version of the library may cut prompts in another way.
    Evidence older =
        honest.evidence().toBuilder()
            .setEquivalenceClass(
                "llama.cpp-v0"
                    + honest
                        .evidence()
                        .getEquivalenceClass()
                        .substring(honest.evidence().getEquivalenceClass().indexOf('/')))
            .build();
    assertThat(checker.check(honest.spec(), older, longer).join()).isInstanceOf(Measured.class);
  }

  @Test
  void shouldFindAnotherTokenAndAColderDraw() {
    Answer honest = Answers.of(node, hot(16).setIgnoreEos(true).build(), OutputPrefix.NONE);
    GenerationSpec cold =
        honest.spec().toBuilder().setSampling(Specs.seeded(5).setTemperature(0.3)).build();
    Answer colder = Answers.of(node, cold, OutputPrefix.NONE);
    assertThat(checker.check(honest.spec(), colder.evidence()).join()).isInstanceOf(Lie.class);
    GenerationSpec otherSeed = honest.spec().toBuilder().setSampling(Specs.seeded(6)).build();
    assertThat(checker.check(otherSeed, honest.evidence()).join())
        .isInstanceOfSatisfying(Lie.class, lie -> assertThat(lie.kind()).isEqualTo(Kind.SAMPLER));
  }

  @Test
  void shouldFindASupportThatLiesByOmission() {
    Answer honest = Answers.of(node, hot(16).setIgnoreEos(true).build(), OutputPrefix.NONE);
    TokenLogprob first = honest.evidence().getTokens(0);
    // Leaves out candidates that the draw does not hit until it says another token.
    Support whole = Support.decode(first.getSupport(), false);
    int alternatives = first.getTopCount();
    for (int left = alternatives; left < whole.size(); left++) {
      Support less = new Support();
      for (int i = 0; i < whole.size(); i++) {
        if (i != left) {
          less.add(whole.token(i), whole.logprobQ10(i));
        }
      }
      TokenChooser chooser =
          new TokenChooser(SamplingIntegers.of(honest.spec().getSampling()), List.of());
      if (chooser.choose(less, 0) == first.getToken()) {
        Evidence.Builder lying = honest.evidence().toBuilder();
        lying.setTokens(0, first.toBuilder().setSupport(chooser.kept()));
        assertLie(check(honest, lying), Kind.LOGPROBS, 0);
        return;
      }
    }
    throw new AssertionError("no candidate could be left out");
  }

  @Test
  void shouldFindOtherNumbersInOneClassAndMeasureThemInAnother() {
    Answer honest = Answers.of(node, hot(16).setIgnoreEos(true).build(), OutputPrefix.NONE);
    Evidence.Builder otherClass = honest.evidence().toBuilder().setEquivalenceClass("gpu/rule-1");
    assertThat(check(honest, otherClass))
        .isInstanceOfSatisfying(
            Measured.class,
            measured -> {
              assertThat(measured.score().tokens()).isEqualTo(16);
              assertThat(measured.score().meanQ10()).isZero();
              assertThat(measured.score().outside()).isZero();
            });
    Evidence.Builder inexact =
        honest.evidence().toBuilder()
            .setEquivalenceClass(honest.evidence().getEquivalenceClass() + "/inexact");
    assertThat(check(honest, inexact)).isInstanceOf(Measured.class);
  }

  @Test
  void shouldFindAnotherModelAtOnce(@TempDir Path folder) {
    try (LlamaEngine cheat =
        LlamaEngine.open(options(TinyModels.random(folder.resolve("other.gguf"), 12)))) {
      Answer other = Answers.of(cheat, hot(16).setIgnoreEos(true).build(), OutputPrefix.NONE);
      assertThat(check(other)).isInstanceOf(Undecided.class);
      Evidence.Builder claims =
          other.evidence().toBuilder()
              .setWeightsDigest(
                  ByteString.copyFrom(
                      java.util.HexFormat.of()
                          .parseHex(own.models().getFirst().weightsDigestHex())));
      assertLie(check(other, claims), Kind.LOGPROBS, 0);
      assertThat(check(other, claims.setEquivalenceClass("gpu/rule-1")))
          .isInstanceOfSatisfying(
              Measured.class,
              measured -> assertThat(measured.score().meanQ10()).isGreaterThan(100));
    }
  }

  @Test
  void shouldSayNothingOfAPromptThatShowsTheClock(@TempDir Path folder) {
    LlamaOptions options =
        options(TinyModels.random(folder.resolve("clock.gguf"), 13))
            .withChatTemplate(
                "{{ strftime_now('%d %B %Y') }}{% for message in messages %}"
                    + "{{ message['content'] }}{% endfor %}");
    try (LlamaEngine engine = LlamaEngine.open(options)) {
      PrefillChecker of = new PrefillChecker(engine);
      GenerationSpec spec = Specs.chat(MODEL, "x").setMaxTokens(4).build();
      Answer untimed = Answers.of(engine, spec, OutputPrefix.NONE);
      assertThat(of.check(untimed.spec(), untimed.evidence()).join()).isInstanceOf(Undecided.class);
      GenerationSpec told = spec.toBuilder().setPromptTimeSeconds(86_400).build();
      Answer timed = Answers.of(engine, told, OutputPrefix.NONE);
      assertThat(of.check(told, timed.evidence()).join())
          .isEqualTo(new Exact(timed.evidence().getTokensCount()));
    }
  }

  @Test
  void shouldSayNothingWhereItCannot() {
    Answer honest = Answers.of(node, hot(4).build(), OutputPrefix.NONE);
    assertThat(
            checker
                .check(honest.spec().toBuilder().setModel("other").build(), honest.evidence())
                .join())
        .isEqualTo(new Undecided("model: other is not here"));
    assertThat(check(honest, honest.evidence().toBuilder().clearWeightsDigest()))
        .isInstanceOf(Undecided.class);
    assertThat(check(honest, honest.evidence().toBuilder().setEquivalenceClass("gpu/rule-0")))
        .isInstanceOf(Undecided.class);
    GenerationSpec tooLong = honest.spec().toBuilder().setText("y".repeat(600)).build();
    assertThat(checker.check(tooLong, honest.evidence()).join()).isInstanceOf(Undecided.class);
    TokenLogprob foreign = honest.evidence().getTokens(0).toBuilder().setToken(9999).build();
    Evidence.Builder outside = honest.evidence().toBuilder().setTokens(0, foreign);
    outside.getChunksBuilder(0).setTokens(0, 9999);
    assertLie(check(honest, outside), Kind.MALFORMED, 0);
  }
}

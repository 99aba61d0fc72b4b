package io.myelin.engine.llama;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.engine.OutputPrefix;
import io.myelin.engine.check.PrefillChecker;
import io.myelin.engine.llama.Answers.Answer;
import io.myelin.protocol.work.WorkFinding.Exact;
import io.myelin.v1.Evidence;
import io.myelin.v1.GenerationSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real model says the same bits however it is asked: in every type of weights, alone and in
 * company, with one thread and two, from a prefix, at the end of a long context. With {@code
 * -Dmyelin.work.all=true} in all types, batches of 1 to 8, contexts to 4,096 tokens; else in some.
 */
class ExactnessIT {
  private static final String MODEL = TestModels.SMOLLM2;
  private static final boolean ALL = Boolean.getBoolean("myelin.work.all");

  @TempDir private Path folder;

  private static LlamaEngine open(Path weights, int threads, int context, int slots) {
    return LlamaEngine.open(
        LlamaOptions.of(MODEL, weights, TestModels.libraries())
            .withChatTemplate(ChatRenderer.CHATML)
            .withSize(context, slots)
            .withMaxQueued(64)
            .withThreads(threads));
  }

  private static void assertExact(PrefillChecker checker, Answer answer) {
    assertThat(checker.check(answer.spec(), answer.evidence(), answer.result()).join())
        .as(answer.spec().getSampling().toString())
        .isEqualTo(new Exact(answer.evidence().getTokensCount()));
  }

  @Test
  void shouldAgreeBitForBitInEveryTypeOfWeights() {
    Quantizer quantizer = new Quantizer(TestModels.libraries(), Optional.empty());
    Set<Quantizer.Type> types =
        ALL
            ? EnumSet.complementOf(EnumSet.of(Quantizer.Type.F16))
            : EnumSet.of(
                Quantizer.Type.Q8_0,
                Quantizer.Type.Q4_0,
                Quantizer.Type.Q4_K_M,
                Quantizer.Type.Q5_0);
    Path original = TestModels.smolLm2();
    int rotated = 0;
    for (Quantizer.Type type : types) {
      Path weights =
          type == Quantizer.Type.Q4_1
              ? original
              : quantizer.write(original, folder.resolve(type + ".gguf"), type, List.of());
      // Two threads stand still beside other work, so the short form has them for little.
      try (LlamaEngine node = open(weights, 1, 512, 8);
          LlamaEngine own = open(weights, ALL ? 2 : 1, 512, 1)) {
        PrefillChecker checker = new PrefillChecker(own);
        List<GenerationSpec> specs = Answers.colourful(MODEL, ALL ? 48 : 6, type.name().hashCode());
        if (!ALL) {
          // Each type has three of the ten kinds, and four types have all of them.
          Collections.rotate(specs, 3 * rotated++);
          specs = specs.subList(0, 3);
        }
        for (Answer answer : Answers.together(node, specs)) {
          assertExact(checker, answer);
        }
        if (ALL) {
          for (int batch = 1; batch <= 8; batch++) {
            for (Answer answer : Answers.together(node, specs.subList(0, batch))) {
              assertExact(checker, answer);
            }
          }
        }
      }
    }
  }

  @Test
  void shouldAgreeBitForBitWithOneThreadAndTwo() {
    try (LlamaEngine node = open(TestModels.smolLm2(), 2, 256, 1);
        LlamaEngine own = open(TestModels.smolLm2(), 1, 256, 1)) {
      GenerationSpec spec =
          Specs.text(MODEL, "Once").setSampling(Specs.seeded(3)).setMaxTokens(3).build();
      assertExact(new PrefillChecker(own), Answers.of(node, spec, OutputPrefix.NONE));
    }
  }

  @Test
  void shouldAgreeBitForBitInALongContextAndFromAPrefix() {
    int context = ALL ? 4096 : 320;
    try (LlamaEngine node = open(TestModels.smolLm2(), ALL ? 2 : 1, context, 2);
        LlamaEngine own = open(TestModels.smolLm2(), 1, context, 1)) {
      PrefillChecker checker = new PrefillChecker(own);
      String story = "The river went on through the valley and the town. ";
      List<GenerationSpec> specs = new ArrayList<>();
      for (int seed = 0; seed < 2; seed++) {
        // About eleven tokens a sentence; the second shares its beginning.
        specs.add(
            Specs.text(MODEL, story.repeat((context - 80 - seed * 20) / 11))
                .setSampling(Specs.seeded(seed))
                .setIgnoreEos(true)
                .setMaxTokens(24)
                .build());
      }
      List<Answer> answers = Answers.together(node, specs);
      answers.forEach(answer -> assertExact(checker, answer));
      Evidence first = answers.getFirst().evidence();
      OutputPrefix prefix = TinyEngines.prefix(first.getChunksList().subList(0, 10));
      Answer rest = Answers.of(own, specs.getFirst(), prefix);
      assertExact(new PrefillChecker(node), rest);
      assertThat(rest.evidence().getTokensList())
          .isEqualTo(first.getTokensList().subList(10, first.getTokensCount()));
    }
  }
}

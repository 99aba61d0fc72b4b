package io.myelin.engine.llama;

import static io.myelin.engine.llama.TinyEngines.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.myelin.engine.EngineException;
import io.myelin.engine.EngineException.Kind;
import io.myelin.engine.EngineModel;
import io.myelin.engine.InferenceEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files and sizes that cannot work are refused with a reason, and the process lives on. */
class OpeningIT {
  @TempDir private Path folder;
  private Path good;

  @BeforeEach
  void write() {
    good = TinyModels.random(folder.resolve("good.gguf"), 1);
  }

  private static void assertRefused(LlamaOptions options, Kind kind, String message) {
    assertThatThrownBy(() -> LlamaEngine.open(options).close())
        .isInstanceOfSatisfying(
            EngineException.class, error -> assertThat(error.kind()).isEqualTo(kind))
        .hasMessageContaining(message);
  }

  private Path file(String name, byte[] content) throws IOException {
    return Files.write(folder.resolve(name), content);
  }

  @Test
  void shouldRefuseFilesThatAreNoModel() throws IOException {
    byte[] bytes = Files.readAllBytes(good);
    byte[] noise = new byte[100_000];
    new Random(1).nextBytes(noise);
    assertRefused(options(folder.resolve("none.gguf")), Kind.BAD_MODEL_FILE, "no such file");
    assertRefused(options(file("empty", new byte[0])), Kind.BAD_MODEL_FILE, "truncated");
    assertRefused(options(file("noise", noise)), Kind.BAD_MODEL_FILE, "not a GGUF file");
    for (int length : new int[] {4, 100, 3000, bytes.length / 2, bytes.length - 40}) {
      assertRefused(
          options(file("cut" + length, Arrays.copyOf(bytes, length))), Kind.BAD_MODEL_FILE, "cut");
    }
  }

  @Test
  void shouldRefuseAnotherDigest() throws IOException {
    byte[] bytes = Files.readAllBytes(good);
    bytes[bytes.length - 100] ^= 1;
    String right;
    try (LlamaEngine engine = LlamaEngine.open(options(good))) {
      right = engine.models().getFirst().weightsDigestHex();
    }
    assertRefused(
        options(file("flipped", bytes)).withSha256(right), Kind.BAD_MODEL_FILE, "SHA-256 is");
  }

  @Test
  void shouldRefuseAbsurdSizes() {
    assertRefused(
        options(good).withSize(TinyModels.CONTEXT + 1, 1), Kind.BAD_REQUEST, "contextLength: 513");
    Path vast = TinyModels.random(folder.resolve("vast.gguf"), 1, 2_000_000_000);
    assertRefused(
        options(vast).withSize(1_900_000_000, 64), Kind.OUT_OF_MEMORY, "expected: at most");
    assertRefused(
        options(vast).withSize(1_900_000_000, 1), Kind.OUT_OF_MEMORY, "expected: at most");
  }

  @Test
  void shouldRefuseAnUnknownCpuVariant() {
    LlamaEngine.open(options(good)).close();
    assertRefused(options(good).withCpuVariant("z80"), Kind.BAD_REQUEST, "expected: one variant");
  }

  @Test
  void shouldSayWhatItServes() {
    List<String> arguments =
        LlamaEngineFactory.arguments(
            TinyEngines.MODEL,
            good,
            WeightsFile.open(good, Optional.empty()).sha256Hex(),
            "file",
            Path.of(System.getProperty("myelin.root", ".")),
            TinyModels.CONTEXT,
            4,
            1);
    try (InferenceEngine engine = new LlamaEngineFactory().create(arguments)) {
      EngineModel model = engine.models().getFirst();
      assertThat(model.contextLength()).isEqualTo(TinyModels.CONTEXT);
      assertThat(model.vocabularySize()).isEqualTo(288);
      assertThat(model.slots()).isEqualTo(4);
      assertThat(model.weightsDigestHex()).matches("[0-9a-f]{64}");
      assertThat(model.equivalenceClass())
          .matches("llama\\.cpp-v0\\.5\\.0/cpu-[a-z0-9_.]+/bf16/rule-1");
    }
    assertThatThrownBy(() -> new LlamaEngineFactory().create(List.of("colour=red")))
        .hasMessageContaining("expected: 8");
  }
}

package io.myelin.engine.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.myelin.engine.EngineException;
import io.myelin.engine.EngineException.Kind;
import io.myelin.engine.EngineModel;
import io.myelin.engine.catalogue.CatalogueFolders;
import io.myelin.engine.catalogue.FetchProgress;
import io.myelin.engine.catalogue.ModelCatalogue;
import io.myelin.engine.catalogue.ModelEntry;
import io.myelin.engine.check.SentenceDistances;
import io.myelin.engine.local.ModelEngines;
import io.myelin.engine.wordpiece.WordPieceTokenizer;
import io.myelin.engine.worker.WorkerEngine;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.poi.Dispersion;
import io.myelin.v1.Embedding;
import io.myelin.v1.EmbeddingResult;
import io.myelin.v1.EmbeddingSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The real model in a real worker process. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MiniLmIT {
  private static final ModelEntry MODEL = ModelCatalogue.EMBEDDING_MODEL;
  private static final int DIMENSIONS = 384;

  // The same processor and library give the same bits. Another rounding in the last bit may tip a
  // value into the next of the model's 8-bit steps: two versions of ONNX Runtime on one machine
  // differed by a cosine of 0.9965. Forgetting [SEP], pooling without the outer tokens or other
  // token types stay below the mean, [CLS] pooling far below.
  private static final double LEAST_COSINE = 0.99;
  private static final double LEAST_MEAN_COSINE = 0.995;

  private WorkerEngine engine;

  @BeforeAll
  void start() {
    Path weights = ModelCatalogue.ofThisUser().store().fetch(MODEL, FetchProgress.SILENT);
    engine = ModelEngines.worker(MODEL, weights, Path.of("."), 4, 2);
  }

  @AfterAll
  void stop() {
    engine.close();
  }

  private static EmbeddingSpec spec(List<String> inputs) {
    return EmbeddingSpec.newBuilder().setModel(MODEL.id()).addAllInputs(inputs).build();
  }

  private EmbeddingResult embed(String... inputs) throws Exception {
    return engine.embed(spec(List.of(inputs))).get(60, TimeUnit.SECONDS);
  }

  private static double cosine(List<Float> a, List<Float> b) {
    double sum = 0;
    for (int i = 0; i < DIMENSIONS; i++) {
      sum += (double) a.get(i) * b.get(i);
    }
    return sum;
  }

  @Test
  void namesTheAnswerThatMeansSomethingElse() {
    Dispersion found =
        Dispersion.of(
            List.of(
                "The capital of France is Paris.",
                "Bananas are yellow and grow in bunches.",
                "Paris is the capital of France.",
                "France's capital is Paris."),
            new SentenceDistances(CompletableFuture.completedFuture(engine)));

    assertThat(SentenceDistances.MODEL).isEqualTo(MODEL.id());
    assertThat(found.outliers()).containsExactly(1);
    assertThat(found.distances().get(1)).isGreaterThan(0.5);
    assertThat(found.distances().get(0)).isLessThan(Dispersion.THRESHOLD);
  }

  private static EngineException failure(CompletableFuture<EmbeddingResult> result)
      throws Exception {
    try {
      throw new AssertionError("ended well: " + result.get(60, TimeUnit.SECONDS).getPromptTokens());
    } catch (ExecutionException e) {
      if (e.getCause() instanceof EngineException failure) {
        return failure;
      }
      throw e;
    }
  }

  @Test
  void comparesTheBeginningOfWhatIsTooLong() {
    String whole = "The capital of France is Paris, a city on the river Seine. ".repeat(60);
    Dispersion found =
        Dispersion.of(
            List.of(
                whole,
                "Bananas are yellow and grow in bunches.",
                "Paris is the capital of France.",
                "France's capital is Paris."),
            new SentenceDistances(CompletableFuture.completedFuture(engine)));
    assertThat(found.outliers()).containsExactly(1);
  }

  @Test
  void saysWhatItIs() {
    EngineModel model = engine.models().getFirst();
    assertThat(model.id()).isEqualTo("all-minilm-l6-v2");
    assertThat(model.embeddings()).isTrue();
    assertThat(model.contextLength()).isEqualTo(256);
    assertThat(model.weightsDigestHex()).isEqualTo(MODEL.sha256());
    assertThat(model.equivalenceClass()).startsWith("onnxruntime-1.").endsWith("/inexact");
  }

  @Test
  void splitsTextsAsTheReferenceDoes() {
    WordPieceTokenizer tokenizer = MiniLmTokenizer.load();
    List<Reference> all = new ArrayList<>(Reference.embedded());
    all.addAll(Reference.tokenized());
    assertThat(all).hasSizeGreaterThan(180);
    for (Reference one : all) {
      assertThat(Arrays.stream(tokenizer.encode(one.text(), 1000)).boxed())
          .as(one.text())
          .isEqualTo(one.tokens());
    }
  }

  @Test
  void givesTheVectorsOfTheReference() throws Exception {
    List<Reference> all = Reference.embedded();
    EmbeddingResult result =
        engine.embed(spec(all.stream().map(Reference::text).toList())).get(60, TimeUnit.SECONDS);
    double sum = 0;
    for (int i = 0; i < all.size(); i++) {
      List<Float> found = result.getEmbeddings(i).getValuesList();
      assertThat(found).hasSize(DIMENSIONS);
      assertThat(Math.sqrt(cosine(found, found))).isCloseTo(1, within(1e-6));
      double cosine = cosine(found, all.get(i).vector());
      assertThat(cosine).as(all.get(i).text()).isGreaterThan(LEAST_COSINE);
      sum += cosine;
    }
    assertThat(sum / all.size()).isGreaterThan(LEAST_MEAN_COSINE);
    assertThat(result.getPromptTokens())
        .isEqualTo(all.stream().mapToInt(one -> one.tokens().size()).sum());
  }

  @Test
  void whatMeansTheSameIsCloserThanWhatDoesNot() throws Exception {
    String[][] triples = {
      {
        "A man is eating food.", "A man is eating a piece of bread.", "The girl is carrying a baby."
      },
      {
        "How do I reset my password?",
        "I forgot my login credentials.",
        "The weather is nice today."
      },
      {
        "The cat sits outside.",
        "A kitten is in the garden.",
        "Quarterly revenue rose by ten percent."
      },
      {"Der Hund schläft.", "Der Hund schläft jetzt.", "int x = 0; return x;"}
    };
    for (String[] triple : triples) {
      EmbeddingResult result = embed(triple);
      List<Float> text = result.getEmbeddings(0).getValuesList();
      double same = cosine(text, result.getEmbeddings(1).getValuesList());
      double other = cosine(text, result.getEmbeddings(2).getValuesList());
      assertThat(same).as(triple[0]).isGreaterThan(other + 0.2);
    }
  }

  @Test
  void aVectorDependsOnItsTextAloneNotOnItsCompany() throws Exception {
    Embedding alone = embed("A man is eating food.").getEmbeddings(0);
    List<CompletableFuture<EmbeddingResult>> company = new ArrayList<>();
    for (int i = 1; i <= 4; i++) {
      String filler = "word ".repeat(40 * i);
      company.add(engine.embed(spec(List.of(filler, "A man is eating food.", "x".repeat(i)))));
    }
    for (CompletableFuture<EmbeddingResult> one : company) {
      assertThat(one.get(60, TimeUnit.SECONDS).getEmbeddings(1)).isEqualTo(alone);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "\0",
        "a\0b",
        "😀👩‍👩‍👧",
        "\uD800",
        "x\uDC00y",
        "漢字",
        "[SEP]",
        "\ufeff"
      })
  void anyShortTextHasAUnitVector(String text) throws Exception {
    List<Float> found = embed(text).getEmbeddings(0).getValuesList();
    assertThat(Math.sqrt(cosine(found, found))).isCloseTo(1, within(1e-6));
  }

  @Test
  void aLongTextIsRefusedAndNeverCut() throws Exception {
    // 254 words and the two tokens around every text.
    assertThat(embed("word ".repeat(254)).getPromptTokens()).isEqualTo(256);
    EngineException second = failure(engine.embed(spec(List.of("fine", "word ".repeat(255)))));
    assertThat(second.kind()).isEqualTo(Kind.CONTEXT_LENGTH_EXCEEDED);
    assertThat(second).hasMessageContaining("input[1]: 257 tokens (expected: at most 256");
    assertThat(failure(engine.embed(spec(List.of("ten thousand characters. ".repeat(400))))))
        .hasMessageContaining("tokens (expected: at most 256");
    // One word of 10,000 characters is one unknown word to the model, as in the reference.
    assertThat(embed("x".repeat(10_000)).getPromptTokens()).isEqualTo(3);
  }

  @Test
  void asManyTextsAsARequestMayHave() throws Exception {
    EmbeddingResult result =
        engine
            .embed(spec(Collections.nCopies(OnnxEmbeddingEngine.MOST_INPUTS, "a")))
            .get(100, TimeUnit.SECONDS);
    assertThat(result.getEmbeddingsCount()).isEqualTo(OnnxEmbeddingEngine.MOST_INPUTS);
    assertThat(result.getEmbeddings(0)).isEqualTo(result.getEmbeddings(2047));
    assertThat(result.getPromptTokens()).isEqualTo(3 * 2048);
  }

  @Test
  void aWorkerThatIsKilledCostsOnlyWhatItWasDoing() throws Exception {
    Path weights = ModelCatalogue.ofThisUser().store().fetch(MODEL, FetchProgress.SILENT);
    try (WorkerEngine other = ModelEngines.worker(MODEL, weights, Path.of("."), 4, 1)) {
      CompletableFuture<EmbeddingResult> running =
          other.embed(spec(Collections.nCopies(2000, "word ".repeat(200))));
      ProcessHandle.of(other.pid().orElseThrow()).orElseThrow().destroyForcibly();
      assertThat(failure(running).kind()).isEqualTo(Kind.CRASHED);
      // Until then it counts as up: its connection has ended, and nobody has noted it yet.
      long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (other.restarts() == 0 && System.nanoTime() < deadlineNanos) {
        Thread.onSpinWait();
      }
      assertThat(other.embed(spec(List.of("a"))).get(60, TimeUnit.SECONDS).getEmbeddingsCount())
          .isEqualTo(1);
    }
  }

  @Test
  void weightsThatAreNotThoseOfTheCatalogueAreRefused(@TempDir Path folder) throws Exception {
    Path weights = ModelCatalogue.ofThisUser().store().fetch(MODEL, FetchProgress.SILENT);
    byte[] bytes = Files.readAllBytes(weights);
    bytes[bytes.length / 2] ^= 1;
    Path flipped = Files.write(folder.resolve("flipped.onnx"), bytes);
    assertThatThrownBy(() -> ModelEngines.worker(MODEL, flipped, Path.of("."), 1, 1))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("expected: " + MODEL.sha256());
    Path cut = Files.write(folder.resolve("cut.onnx"), Arrays.copyOf(bytes, bytes.length / 2));
    ModelEntry entry =
        new ModelEntry(
            "cut",
            "Apache-2.0",
            Sha256.hash(Files.readAllBytes(cut)).hex(),
            0,
            256,
            "none",
            MODEL.origin());
    assertThatThrownBy(() -> ModelEngines.worker(entry, cut, Path.of("."), 1, 1))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("ONNX Runtime does not load the model");
  }

  @Test
  void nothingIsLeftInTheLibrariesTemporaryFolder() throws Exception {
    Path libraries = OnnxLibraries.unpack(CatalogueFolders.ofThisUser().libraries());
    try (var left = Files.list(OnnxLibraries.temporary(libraries))) {
      assertThat(left.filter(path -> path.getFileName().toString().startsWith("onnxruntime")))
          .isEmpty();
    }
  }
}

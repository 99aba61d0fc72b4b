package io.myelin.engine.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.google.protobuf.ByteString;
import io.myelin.engine.calibrate.MadeAnswer;
import io.myelin.engine.calibrate.Requests;
import io.myelin.engine.calibrate.Workbench;
import io.myelin.engine.llama.TestModels;
import io.myelin.engine.worker.WorkerEngine;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.poi.Agreement;
import io.myelin.protocol.poi.Agreement.Outcome;
import io.myelin.protocol.poi.Dispersion;
import io.myelin.protocol.poi.WitnessedAnswer;
import io.myelin.v1.FinishReason;
import io.myelin.v1.GeneratedChunk;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two nodes of one kind of processor and one of another answer the same, with the real model. Texts
 * that differ at all are said to mean wholly other things, so that only the signed numbers speak
 * for the third.
 */
@Timeout(900)
class WitnessesIT {
  private static final String MANY = "haswell";
  private static final String ONE = "sandybridge";
  private static final int QUESTIONS = 12;
  private static final int TOKENS = 24;

  /** Every text is as far from every other as it can be. */
  private static final Dispersion.Embedder STRICT =
      texts ->
          IntStream.range(0, texts.size())
              .mapToObj(
                  at -> {
                    float[] vector = new float[texts.size()];
                    vector[at] = 1;
                    return vector;
                  })
              .toList();

  @TempDir private Path folder;

  private static List<MadeAnswer> answers(Workbench bench, String weights, String variant) {
    List<MadeAnswer> all = new ArrayList<>();
    try (WorkerEngine engine =
        bench.open(bench.weights(weights), Optional.of(variant), QUESTIONS, 1)) {
      for (double temperature : List.of(0.0, 0.7, 1.0)) {
        all.addAll(
            MadeAnswer.together(
                engine, Requests.of(TestModels.SMOLLM2, 0, QUESTIONS, temperature, TOKENS)));
      }
    }
    return all;
  }

  private static WitnessedAnswer witness(int node, MadeAnswer made) {
    byte[] address = new byte[Address.LENGTH];
    address[0] = (byte) node;
    ByteString text =
        made.evidence().getChunksList().stream()
            .map(GeneratedChunk::getText)
            .reduce(ByteString.EMPTY, ByteString::concat);
    return new WitnessedAnswer(
        Address.of(address),
        made.evidence().getEquivalenceClass(),
        Sha256.hash(text.toByteArray()),
        false,
        text.toStringUtf8(),
        made.evidence().getTokensList(),
        false,
        made.result().getReason() == FinishReason.FINISH_REASON_LENGTH);
  }

  private static Map<Outcome, Integer> outcomes(List<MadeAnswer> many, List<MadeAnswer> others) {
    Map<Outcome, Integer> outcomes = new EnumMap<>(Outcome.class);
    for (int at = 0; at < many.size(); at++) {
      Agreement agreement =
          Agreement.of(
              List.of(
                  witness(1, many.get(at)), witness(2, many.get(at)), witness(3, others.get(at))),
              Optional.of(STRICT));
      outcomes.merge(agreement.outcome(), 1, Integer::sum);
    }
    return outcomes;
  }

  @Test
  void shouldNotNameAnHonestNodeOfAnotherProcessor() {
    Workbench bench =
        new Workbench(
            TestModels.SMOLLM2,
            TestModels.smolLm2(),
            "chatml",
            Path.of(System.getProperty("myelin.root", ".")),
            folder);
    assumeThat(bench.variants()).contains(MANY, ONE);
    List<MadeAnswer> many = answers(bench, Workbench.ORIGINAL, MANY);
    List<MadeAnswer> honest = answers(bench, Workbench.ORIGINAL, ONE);
    Map<Outcome, Integer> ofHonest = outcomes(many, honest);
    System.out.println("honest: " + ofHonest);
    assertThat(many.getFirst().evidence().getEquivalenceClass())
        .isNotEqualTo(honest.getFirst().evidence().getEquivalenceClass());
    // Some parted, or this would show nothing.
    assertThat(ofHonest.getOrDefault(Outcome.ROUNDED, 0)).isPositive();
    assertThat(ofHonest).doesNotContainKeys(Outcome.OUTLIERS, Outcome.SCATTERED);
    // Nor does this excuse everything: of who runs a smaller copy, most answers are named.
    for (String copy : List.of("Q4_0", "Q2_K")) {
      Map<Outcome, Integer> ofCheat = outcomes(many, answers(bench, copy, ONE));
      System.out.println(copy + ": " + ofCheat);
      assertThat(ofCheat.getOrDefault(Outcome.OUTLIERS, 0)).isGreaterThan(3 * QUESTIONS / 2);
    }
  }
}

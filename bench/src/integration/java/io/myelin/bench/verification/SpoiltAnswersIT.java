package io.myelin.bench.verification;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.myelin.cli.calibrate.ScratchBench;
import io.myelin.engine.calibrate.MadeAnswer;
import io.myelin.engine.calibrate.Workbench;
import io.myelin.engine.catalogue.ModelCatalogue;
import io.myelin.engine.judge.LikelihoodJudge;
import io.myelin.engine.worker.WorkerEngine;
import io.myelin.protocol.cognitive.RoundTasks;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.usefulness.Criterion;
import io.myelin.protocol.usefulness.EarlierAnswer;
import io.myelin.protocol.usefulness.Marks;
import io.myelin.protocol.usefulness.PlantedAnswer;
import io.myelin.protocol.usefulness.PlantedAnswers;
import io.myelin.protocol.usefulness.Reliability;
import io.myelin.v1.GeneratedChunk;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.RoundContent.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What a model answered in rounds, and the same spoilt: what validators mark with tells them apart,
 * with the real model.
 */
@Timeout(420)
class SpoiltAnswersIT {
  private static final int SLOTS = 4;
  private static final List<String> TOPICS =
      List.of(
          "volcanoes",
          "the history of bread",
          "how birds fly",
          "black holes",
          "the human heart",
          "ancient Rome",
          "learning a language",
          "the deep sea",
          "electric cars",
          "music and mood",
          "bees",
          "the moon");

  private static List<String> texts(WorkerEngine engine, Kind kind, List<String> inputs) {
    List<GenerationSpec> specs =
        IntStream.range(0, inputs.size())
            .mapToObj(
                i ->
                    RoundTasks.spec(
                        kind,
                        engine.models().getFirst().id(),
                        i,
                        600L * i,
                        Address.ZERO,
                        inputs.get(i)))
            .toList();
    List<String> texts = new ArrayList<>();
    for (int from = 0; from < specs.size(); from += SLOTS) {
      MadeAnswer.together(engine, specs.subList(from, Math.min(specs.size(), from + SLOTS)))
          .forEach(made -> texts.add(text(made)));
    }
    return texts;
  }

  private static String text(MadeAnswer made) {
    ByteString text = ByteString.EMPTY;
    for (GeneratedChunk chunk : made.evidence().getChunksList()) {
      text = text.concat(chunk.getText());
    }
    return text.toStringUtf8().strip();
  }

  @Test
  void shouldTellAnswersOfRoundsFromSpoiltOnes() throws Exception {
    try (ScratchBench scratch =
            ScratchBench.open(ModelCatalogue.ofThisUser(), ModelCatalogue.DEFAULT_MODEL);
        WorkerEngine engine =
            scratch
                .bench()
                .open(scratch.bench().weights(Workbench.ORIGINAL), Optional.empty(), SLOTS, 1)) {
      List<String> questions = texts(engine, Kind.KIND_QUESTIONS, TOPICS);
      List<String> answers = texts(engine, Kind.KIND_ANSWER, questions);
      List<EarlierAnswer> earlier = new ArrayList<>();
      for (int i = 0; i < answers.size(); i++) {
        earlier.add(new EarlierAnswer(questions.get(i), answers.get(i)));
      }
      LikelihoodJudge judge =
          new LikelihoodJudge(
              CompletableFuture.completedFuture(engine), engine.models().getFirst().id());
      for (int seed = 1; seed <= 2; seed++) {
        List<PlantedAnswer> planted =
            PlantedAnswers.mixed(Sha256.hash(new byte[] {(byte) seed}), earlier);
        List<Marks> marks =
            planted.stream().map(one -> judge.mark(one.question(), one.answer()).join()).toList();
        for (Criterion criterion : Criterion.values()) {
          Reliability reliability = Reliability.of(criterion, planted, marks);
          System.out.printf(
              "%s, seed %d: %d of 1000 in order, %d pairs, of %d answers%n",
              criterion, seed, reliability.thousandths(), reliability.pairs(), planted.size());
          assertThat(reliability.counts()).as("%s by seed %d", criterion, seed).isTrue();
        }
      }
    }
  }
}

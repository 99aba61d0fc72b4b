package io.myelin.cli.devnet;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.chain.LogFilter;
import io.myelin.chain.LogRanges;
import io.myelin.cli.node.EngineSource;
import io.myelin.cli.testing.Await;
import io.myelin.cli.testing.CommandRun;
import io.myelin.compute.fault.Fault;
import io.myelin.contracts.Cognitive;
import io.myelin.engine.catalogue.FetchProgress;
import io.myelin.engine.catalogue.ModelCatalogue;
import io.myelin.engine.check.SentenceDistances;
import io.myelin.protocol.cognitive.CognitivePhase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A local network with the real model, in which nobody does anything: nodes are tested. */
@Timeout(900)
class RoundsLiveIT {
  private static final int NODES = 4;

  /** One stage that is missed takes two minutes. */
  private static final Duration A_ROUND = Duration.ofMinutes(6);

  @TempDir Path data;

  private Devnet start(Map<Integer, List<Fault>> faults, List<String> models) {
    Map<Integer, List<String>> texts = new HashMap<>();
    faults.keySet().forEach(number -> texts.put(number, List.of("substitute")));
    DevnetPlan plan = new DevnetPlan("127.0.0.1", 0, 1, 1, NODES, 5, data, false, faults, texts);
    Devnet devnet = Devnet.prepare(plan, EngineSource.prepare(models, FetchProgress.SILENT));
    boolean whole = false;
    try {
      devnet.start();
      whole = true;
      return devnet;
    } finally {
      if (!whole) {
        devnet.close();
      }
    }
  }

  private static List<CognitivePhase> phases(Devnet devnet) {
    LogFilter filter =
        LogFilter.of(devnet.chain().network().cognitive().address())
            .events(List.of(Cognitive.RoundMovedEvent.TYPE.topic()));
    return LogRanges.read(
            devnet.chain().client(), filter, 0, devnet.chain().client().head().number())
        .stream()
        .flatMap(log -> Cognitive.event(log).stream())
        .map(event -> CognitivePhase.of(((Cognitive.RoundMovedEvent) event).phase()))
        .toList();
  }

  private static void awaitEnd(Devnet devnet) throws InterruptedException {
    Await.until(
        A_ROUND,
        "a round has ended",
        () -> phases(devnet).stream().anyMatch(CognitivePhase::isEnd));
  }

  @Test
  void shouldTestNodesWhileNobodyAsks() throws Exception {
    List<String> models = List.of(ModelCatalogue.DEFAULT_MODEL.id(), SentenceDistances.MODEL);
    try (Devnet devnet = start(Map.of(), models)) {
      awaitEnd(devnet);

      assertThat(phases(devnet))
          .containsSubsequence(
              CognitivePhase.CREATE,
              CognitivePhase.PREPARE,
              CognitivePhase.START,
              CognitivePhase.PRECOMMIT,
              CognitivePhase.COMMIT,
              CognitivePhase.JUDGE,
              CognitivePhase.ENDED)
          .doesNotContain(CognitivePhase.FAILED);
      String shown = run("round", "show");
      System.out.println(shown);
      // As the command puts them: models that write the questions use such words too.
      assertThat(shown)
          .contains(
              "stage      ended",
              ": right, distance ",
              "topic      by",
              "questions  by",
              " of prompt")
          .doesNotContain(": wrong", ": unjudged", "no validator that is known");
      assertThat(shown.lines().map(String::strip))
          .noneMatch(line -> line.startsWith("missed     0x"));
      assertThat(run("round", "list")).contains("ended", "4 nodes, 2 answered");
    }
  }

  @Test
  void shouldFindAnswersOfAnotherModelWrong() throws Exception {
    Map<Integer, List<Fault>> faults = new HashMap<>();
    // All of them, so that whoever is drawn to answer cheats.
    for (int number = 1; number <= NODES; number++) {
      faults.put(number, List.of(new Fault.Substitute(Fault.USUAL_COPY)));
    }
    try (Devnet devnet = start(faults, List.of(ModelCatalogue.DEFAULT_MODEL.id()))) {
      awaitEnd(devnet);

      assertThat(run("round", "show"))
          .contains("stage      ended", ": wrong")
          .doesNotContain(": right");
    }
  }

  private String run(String... words) {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(List.of("--data", data.toString()));
    return CommandRun.of(all.toArray(String[]::new)).ok().out();
  }
}

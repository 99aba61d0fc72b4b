package io.myelin.cli.devnet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.chain.LogFilter;
import io.myelin.chain.LogRanges;
import io.myelin.cli.node.EngineSource;
import io.myelin.cli.testing.Await;
import io.myelin.cli.testing.CommandRun;
import io.myelin.client.Endpoint;
import io.myelin.client.GatewayClient;
import io.myelin.compute.fault.Fault;
import io.myelin.contracts.Cognitive;
import io.myelin.contracts.NodeStats;
import io.myelin.engine.catalogue.FetchProgress;
import io.myelin.engine.catalogue.ModelCatalogue;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.reputation.NodeStage;
import io.myelin.protocol.reputation.StageMark;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that lie about their machine, flood or copy, in whole networks with the real model. */
@Timeout(900)
class NodeAdversariesIT {
  private static final int QUALIFIED = 2;
  private static final int MOST_ASKED = 30;

  /** One stage that is missed takes two minutes. */
  private static final Duration A_ROUND = Duration.ofMinutes(6);

  /** More than one node has slots for. */
  private static final int AT_ONCE = 6;

  private static final String MODEL = ModelCatalogue.DEFAULT_MODEL.id();

  @TempDir Path data;

  private Devnet start(int nodes, Map<Integer, String> faults) {
    Map<Integer, List<Fault>> parsed = new HashMap<>();
    Map<Integer, List<String>> texts = new HashMap<>();
    faults.forEach(
        (number, text) -> {
          parsed.put(number, List.of(Fault.parse(text)));
          texts.put(number, List.of(text));
        });
    DevnetPlan plan = new DevnetPlan("127.0.0.1", 0, 1, 1, nodes, 5, data, false, parsed, texts);
    Devnet devnet =
        Devnet.prepare(plan, EngineSource.prepare(List.of(MODEL), FetchProgress.SILENT));
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

  private static Address address(Devnet devnet, int number) {
    return devnet.roster().compute().get(number - 1).node();
  }

  private static long standing(Devnet devnet, int number) {
    return devnet
        .chain()
        .network()
        .nodes()
        .nodeOf(address(devnet, number))
        .on(devnet.chain().client())
        .standing();
  }

  /** What the gateway says of a node that is connected. */
  private static Optional<JsonNode> seen(Devnet devnet, int number) {
    Endpoint gateway = new Endpoint(devnet.gateways().getFirst().url(), "");
    try (GatewayClient client = new GatewayClient(gateway)) {
      for (JsonNode node : client.get("/api/v1/nodes").path("nodes")) {
        if (node.path("id").asText().equals(address(devnet, number).toString())) {
          return Optional.of(node);
        }
      }
    }
    return Optional.empty();
  }

  private static List<String> askTogether(Devnet devnet) throws Exception {
    List<Future<String>> asked = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < AT_ONCE; i++) {
        asked.add(threads.submit(() -> ask(devnet)));
      }
    }
    List<String> answers = new ArrayList<>();
    for (Future<String> one : asked) {
      answers.add(one.get());
    }
    return answers;
  }

  private static String ask(Devnet devnet) {
    ObjectNode body = JsonNodeFactory.instance.objectNode().put("model", MODEL);
    body.put("max_tokens", 8)
        .putArray("messages")
        .addObject()
        .put("role", "user")
        .put("content", "What do bees make?");
    try (GatewayClient client = new GatewayClient(devnet.session().endpoint())) {
      return client
          .post("/v1/chat/completions", body)
          .path("choices")
          .path(0)
          .path("message")
          .path("content")
          .asText();
    }
  }

  @Test
  void shouldKeepOutWhoHasLessThanItSaysAndCutWhoFloods() throws Exception {
    Map<Integer, String> faults =
        Map.of(2, "short-context:128", 3, "boast-slots", 4, "flood", 5, "boast-speed");
    try (Devnet devnet = start(5, faults)) {
      // What it says of its speed changes nothing: it is examined like others, and let in.
      Await.until("the boaster is let in", () -> standing(devnet, 5) == QUALIFIED);
      JsonNode boasted =
          Await.found(
              "the boaster's exam",
              () ->
                  seen(devnet, 5)
                      .map(node -> node.path("exam"))
                      .filter(one -> one.path("passed").asBoolean()));
      System.out.println("boast-speed: " + boasted);
      JsonNode measured = boasted.path("measured").path(0);
      assertThat(measured.path("contextWords").asInt()).isEqualTo(DevnetPlan.EXAM_CONTEXT);
      assertThat(measured.path("promptTokens").asInt()).isGreaterThan(DevnetPlan.EXAM_CONTEXT);
      assertThat(measured.path("tokensPerSecond").asDouble()).isPositive();

      // Less context than claimed: refused in words, not punished, and never let in.
      JsonNode shortened =
          Await.found(
              "the short one's exam",
              () ->
                  seen(devnet, 2)
                      .map(node -> node.path("exam"))
                      .filter(one -> one.path("detail").asText().contains("over 64 words")));
      System.out.println("short-context: " + shortened);
      assertThat(shortened.path("passed").asBoolean()).isFalse();
      assertThat(shortened.path("detail").asText())
          .contains("over 64 words of context (expected: 256, for it claims 4096 tokens)");
      assertThat(standing(devnet, 2)).isNotEqualTo(QUALIFIED);
      // More slots than declared: no stream.
      assertThat(seen(devnet, 3)).isEmpty();
      assertThat(standing(devnet, 3)).isNotEqualTo(QUALIFIED);

      // Every question is answered, also those that the flooding node had when it was cut.
      int answered = 0;
      while (seen(devnet, 4).isPresent() && answered < MOST_ASKED) {
        assertThat(askTogether(devnet)).doesNotContain("");
        answered += AT_ONCE;
      }
      System.out.println("flood: cut after at most " + answered + " answers");
      assertThat(seen(devnet, 4)).isEmpty();
      assertThat(ask(devnet)).isNotEmpty();
    }
  }

  @Test
  void shouldFindCopiedAnswersOfRoundsWrongAndTheirModelsRight() throws Exception {
    // Of six nodes four answer, so at least one that copies and one that is copied.
    Map<Integer, String> faults = Map.of(1, "copy", 2, "copy", 3, "copy");
    try (Devnet devnet = start(6, faults)) {
      Await.until(A_ROUND, "a round is judged", () -> !marks(devnet).isEmpty());

      Map<Address, StageMark> marks = marks(devnet);
      System.out.println(run("round", "show"));
      Set<Address> copycats = new HashSet<>();
      faults.keySet().forEach(number -> copycats.add(address(devnet, number)));
      Set<Address> revealed = revealed(devnet);
      assertThat(revealed).hasSize(4);
      for (Address node : revealed) {
        assertThat(marks.get(node))
            .as(node.toString())
            .isEqualTo(copycats.contains(node) ? StageMark.INVALID : StageMark.SUCCESS);
      }
    }
  }

  private static Set<Address> revealed(Devnet devnet) {
    LogFilter filter =
        LogFilter.of(devnet.chain().network().cognitive().address())
            .events(List.of(Cognitive.AnswerCommittedEvent.TYPE.topic()));
    Set<Address> revealed = new HashSet<>();
    LogRanges.read(devnet.chain().client(), filter, 0, devnet.chain().client().head().number())
        .stream()
        .flatMap(log -> Cognitive.event(log).stream())
        .map(Cognitive.AnswerCommittedEvent.class::cast)
        .forEach(event -> revealed.add(event.node()));
    return revealed;
  }

  private static Map<Address, StageMark> marks(Devnet devnet) {
    LogFilter filter =
        LogFilter.of(devnet.chain().network().stats().address())
            .events(List.of(NodeStats.RecordedEvent.TYPE.topic()));
    Map<Address, StageMark> marks = new HashMap<>();
    LogRanges.read(devnet.chain().client(), filter, 0, devnet.chain().client().head().number())
        .stream()
        .flatMap(log -> NodeStats.event(log).stream())
        .map(NodeStats.RecordedEvent.class::cast)
        .filter(event -> event.stage() == NodeStage.CORRECTNESS.number())
        .forEach(event -> marks.put(event.node(), StageMark.of((int) event.mark())));
    return marks;
  }

  private String run(String... words) {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(List.of("--data", data.toString()));
    return CommandRun.of(all.toArray(String[]::new)).ok().out();
  }
}

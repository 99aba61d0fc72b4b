package io.myelin.cli.devnet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.myelin.cli.devnet.fault.PartyFaults;
import io.myelin.cli.node.EngineSource;
import io.myelin.cli.testing.Await;
import io.myelin.cli.testing.CommandRun;
import io.myelin.cli.testing.StreamedAnswer;
import io.myelin.client.Endpoint;
import io.myelin.client.GatewayClient;
import io.myelin.compute.fault.Fault;
import io.myelin.engine.catalogue.FetchProgress;
import io.myelin.engine.catalogue.ModelCatalogue;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.work.VerificationLevel;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A whole network whose three nodes make each answer together, and one of them edits its texts: the
 * alarm names that one alone, and an exact check of the work that it named convicts it.
 */
@Timeout(420)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RedundantIT {
  private static final int CHEAT = 2;
  private static final int NODES = 3;
  private static final int SUSPENDED = 3;
  private static final String MODEL = ModelCatalogue.DEFAULT_MODEL.id();

  private Devnet devnet;

  @BeforeAll
  void start(@TempDir Path data) {
    DevnetPlan plan =
        new DevnetPlan(
            "127.0.0.1",
            0,
            1,
            1,
            NODES,
            5,
            VerificationLevel.REDUNDANT,
            data,
            false,
            Map.of(CHEAT, List.of(new Fault.Edit())),
            Map.of(CHEAT, List.of("edit")),
            PartyFaults.NONE);
    devnet = Devnet.prepare(plan, EngineSource.prepare(List.of(), FetchProgress.SILENT));
    devnet.start();
  }

  @AfterAll
  void stop() {
    devnet.close();
  }

  @Test
  void shouldNameTheOneThatEditsItsTextsAndHaveItConvicted() throws Exception {
    StreamedAnswer answer =
        StreamedAnswer.ask(
            devnet.session().endpoint(),
            StreamedAnswer.chat(MODEL, "What do bees make?", 24),
            (_, _) -> {});
    assertThat(answer.dones()).isEqualTo(1);
    JsonNode agreement;
    try (GatewayClient client = new GatewayClient(devnet.session().endpoint())) {
      agreement =
          Await.found(
              "the answers are compared",
              () ->
                  Optional.of(client.get("/api/v1/tasks/" + answer.taskId()).path("agreement"))
                      .filter(JsonNode::isObject));
      assertThat(agreement.path("outcome").asText()).isEqualTo("outliers");
      assertThat(agreement.path("alarm").asBoolean()).isTrue();
      List<String> apart = new ArrayList<>();
      for (JsonNode node : agreement.path("nodes")) {
        if (node.has("apart")) {
          apart.add(node.path("node").asText() + " " + node.path("apart").asText());
        }
      }
      assertThat(apart).containsExactly(address(CHEAT) + " output");
      assertThat(metrics()).contains("myelin_comparisons_total{outcome=\"outliers\"} 1.0");
    }
    Await.until("compute " + CHEAT + " is suspended", () -> standing(CHEAT) == SUSPENDED);
    // Its owner can see why, though it is sent away.
    try (GatewayClient client = new GatewayClient(new Endpoint(url(), ""))) {
      JsonNode gone =
          Await.found(
              "compute " + CHEAT + " is sent away",
              () ->
                  Optional.of(client.get("/api/v1/nodes/" + address(CHEAT)))
                      .filter(node -> node.has("connected")));
      assertThat(gone.path("state").asText()).isEqualTo("suspended");
      assertThat(gone.path("reputation").path("suspension").path("fraud").asBoolean()).isTrue();
    }
    assertThat(
            CommandRun.of("doctor", "--gateway", url().toString(), "--node", address(CHEAT) + "")
                .out())
        .contains("which sends away who is suspended", "stake node evidence");
    assertThat(standing(1)).isNotEqualTo(SUSPENDED);
    assertThat(standing(3)).isNotEqualTo(SUSPENDED);
    try (GatewayClient client = new GatewayClient(new Endpoint(url(), ""))) {
      for (JsonNode node : client.get("/api/v1/nodes").path("nodes")) {
        int expected = node.path("id").asText().equals(address(CHEAT).toString()) ? 1 : 0;
        assertThat(node.path("figures").path("apart").asInt())
            .as(node.path("id").asText())
            .isEqualTo(expected);
        assertThat(node.path("figures").path("compared").asInt()).isEqualTo(1);
      }
    }
  }

  private URI url() {
    return devnet.gateways().getFirst().url();
  }

  private String metrics() throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
              HttpRequest.newBuilder(url().resolve("/metrics")).build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    }
  }

  private int standing(int number) {
    return (int)
        devnet
            .chain()
            .network()
            .nodes()
            .nodeOf(address(number))
            .on(devnet.chain().client())
            .standing();
  }

  private Address address(int number) {
    return devnet.roster().compute().get(number - 1).node();
  }
}

package io.myelin.cli.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.myelin.cli.testing.Await;
import io.myelin.client.ClientSession;
import io.myelin.client.GatewayClient;
import java.util.Optional;

/** What the gateway says of a client's tasks. */
final class LiveTasks {
  private LiveTasks() {}

  /** It ended cancelled, with at least {@code least} and at most {@code most} tokens delivered. */
  static JsonNode assertCancelled(ClientSession session, String task, int least, int most)
      throws InterruptedException {
    try (GatewayClient client = new GatewayClient(session.endpoint())) {
      JsonNode view =
          Await.found(
              "task " + task + " ends",
              () ->
                  Optional.of(client.get("/api/v1/tasks/" + task))
                      .filter(seen -> seen.has("endedAtMillis")));
      assertThat(view.path("state").asText()).isEqualTo("cancelled");
      assertThat(view.path("failure").path("code").asText()).isEqualTo("cancelled");
      assertThat(view.path("failure").path("deliveredTokens").asInt()).isBetween(least, most);
      return view;
    }
  }
}

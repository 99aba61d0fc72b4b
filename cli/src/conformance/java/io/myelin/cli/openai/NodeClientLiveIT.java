package io.myelin.cli.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.myelin.cli.testing.LiveNetwork;
import io.myelin.client.ClientSession;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The official Node client, unmodified, against a gateway, a compute node and the real model. */
class NodeClientLiveIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long PATIENCE_SECONDS = 400;

  @TempDir static Path folder;
  private static LiveNetwork network;
  private static ClientSession session;
  private static List<JsonNode> results;

  @BeforeAll
  static void runCases() throws Exception {
    network = LiveNetwork.start(folder, 1, 8);
    session = network.session();
    results = node(network.url() + "/v1", session.apiKey(), LiveNetwork.MODEL, "", "");
  }

  @AfterAll
  static void stop() {
    network.close();
  }

  @TestFactory
  Stream<DynamicTest> cases() {
    return results.stream()
        .map(
            result ->
                DynamicTest.dynamicTest(
                    result.get("name").asText(),
                    () ->
                        assertThat(result.get("ok").asBoolean())
                            .as(result.path("error").asText())
                            .isTrue()));
  }

  @Test
  void everyCaseRan() {
    assertThat(results).hasSizeGreaterThan(39);
  }

  @Test
  void anAbortedStreamIsCancelledAndCountsWhatWasDelivered() throws Exception {
    String task =
        results.stream()
            .filter(
                result -> result.get("name").asText().equals("cancellation: abort ends a stream"))
            .findFirst()
            .orElseThrow()
            .path("detail")
            .asText();
    LiveTasks.assertCancelled(session, task, 3, 999);
  }

  /** Runs the script and reads its lines. */
  private static List<JsonNode> node(String... arguments) throws Exception {
    Path root = Path.of(System.getProperty("myelin.root", "..")).toAbsolutePath();
    // Below the repository's root, where Node finds the clients of package-lock.json.
    Path script = root.resolve("gateway/src/conformance/resources/openai/node-client.mjs");
    Path output = folder.resolve("node-client.jsonl");
    List<String> command = new ArrayList<>(List.of("node", script.toString()));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(output.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("node did not end: " + Files.readString(output));
    }
    assertThat(process.exitValue()).as(Files.readString(output)).isZero();
    return Files.readAllLines(output).stream().map(NodeClientLiveIT::read).toList();
  }

  private static JsonNode read(String line) {
    try {
      return JSON.readTree(line);
    } catch (IOException e) {
      throw new AssertionError(line, e);
    }
  }
}

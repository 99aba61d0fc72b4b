package io.myelin.gateway.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.myelin.gateway.session.FixedSessions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The official Node client, unmodified, against the OpenAI front over scripted tasks. */
class NodeClientIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static OpenAiTestServer server;
  private static List<JsonNode> results;

  @BeforeAll
  static void runCases() throws Exception {
    server = new OpenAiTestServer(new ScriptedModel());
    results =
        NodeCases.run(
            server.url() + "/v1",
            FixedSessions.KEY,
            OpenAiTestServer.MODEL,
            OpenAiTestServer.EMBEDDER,
            "scripted");
  }

  @AfterAll
  static void stop() {
    server.close();
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
    assertThat(results).hasSizeGreaterThan(40);
  }

  @Test
  void anAbortedStreamLeavesItsTask() throws Exception {
    List<String> endless =
        server.tasks().taskIds(submission -> submission.toString().contains("!endless"));
    assertThat(endless).hasSize(1);
    server.tasks().left(endless.getFirst()).get(10, TimeUnit.SECONDS);
  }

  /** Runs the script and reads its lines. */
  private static final class NodeCases {
    static List<JsonNode> run(String... arguments) throws IOException, InterruptedException {
      Path root = Path.of(System.getProperty("myelin.root", "..")).toAbsolutePath();
      // Below the repository's root, where Node finds the clients of package-lock.json.
      Path script = root.resolve("gateway/src/conformance/resources/openai/node-client.mjs");
      Path output = Files.createTempFile("node-client", ".jsonl");
      ProcessBuilder builder = new ProcessBuilder("node", script.toString());
      builder.command().addAll(List.of(arguments));
      builder.redirectOutput(output.toFile()).redirectError(ProcessBuilder.Redirect.INHERIT);
      Process process = builder.start();
      if (!process.waitFor(120, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError("node did not end: " + Files.readString(output));
      }
      assertThat(process.exitValue()).as(Files.readString(output)).isZero();
      return Files.readAllLines(output).stream().map(NodeCases::read).toList();
    }

    private static JsonNode read(String line) {
      try {
        return JSON.readTree(line);
      } catch (IOException e) {
        throw new AssertionError(line, e);
      }
    }
  }
}

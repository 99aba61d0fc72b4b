package io.myelin.cli.devnet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import io.myelin.cli.testing.Await;
import io.myelin.cli.testing.LiveNetwork;
import io.myelin.cli.testing.StreamedAnswer;
import io.myelin.client.ClientSession;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a small model, left to itself, never gets right: output that is held to a schema, through
 * the real worker, greedy and drawn. Every answer parses and is valid, whatever the seed.
 */
@Timeout(300)
class ConstrainedAnswersIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonSchemaFactory SCHEMAS =
      JsonSchemaFactory.getInstance(VersionFlag.V202012);
  private static final int SEEDS = 3;

  private static final String PERSON =
      """
      {"type": "object",
       "properties": {
         "name": {"type": "string", "minLength": 1, "maxLength": 24},
         "age": {"type": "integer"},
         "height": {"type": "number"},
         "likes": {"type": "array", "items": {"enum": ["tea", "coffee"]}, "maxItems": 3},
         "home": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/place"}]}},
       "required": ["name", "age", "height", "likes", "home"],
       "additionalProperties": false,
       "$defs": {"place": {
         "type": "object",
         "properties": {"city": {"type": "string", "maxLength": 20}, "old": {"type": "boolean"}},
         "required": ["city"],
         "additionalProperties": false}}}
      """;
  private static final String WEATHER =
      """
      {"type": "object",
       "properties": {
         "city": {"type": "string", "maxLength": 20},
         "unit": {"enum": ["celsius", "fahrenheit"]},
         "days": {"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 3}},
       "required": ["city", "unit", "days"],
       "additionalProperties": false}
      """;
  private static final String SEARCH =
      """
      {"type": "object", "properties": {"query": {"type": "string", "maxLength": 30}},
       "required": ["query"], "additionalProperties": false}
      """;

  @TempDir static Path data;
  private static LiveNetwork network;
  private static ClientSession session;
  private static HttpClient http;

  @BeforeAll
  static void start() throws Exception {
    network = LiveNetwork.start(data, 1, 2);
    session = network.session();
    http = HttpClient.newHttpClient();
  }

  @AfterAll
  static void stop() {
    http.close();
    session.close();
    network.close();
  }

  private static ObjectNode ask(String question, int seed) {
    // Enough for the longest document of each schema, even with a token for every byte.
    ObjectNode body = StreamedAnswer.chat(LiveNetwork.MODEL, question, 320);
    if (seed > 0) {
      body.put("temperature", 1).put("seed", seed);
    }
    return body;
  }

  private static JsonNode choice(ObjectNode body) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(session.endpoint().at("/v1/chat/completions"))
            .timeout(Await.PATIENCE)
            .header("Content-Type", "application/json")
            .header("Authorization", "Bearer " + session.endpoint().apiKey())
            .POST(BodyPublishers.ofString(body.toString()))
            .build();
    HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return JSON.readTree(response.body()).path("choices").path(0);
  }

  private static void assertValid(String schema, String document) throws IOException {
    assertThat(SCHEMAS.getSchema(schema).validate(JSON.readTree(document))).as(document).isEmpty();
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void addTool(ObjectNode body, String name, String parameters) {
    ObjectNode function =
        body.withArray("tools").addObject().put("type", "function").putObject("function");
    function
        .put("name", name)
        .put("description", "A function.")
        .set("parameters", json(parameters));
  }

  @Test
  void anAnswerIsValidAgainstItsSchema() throws Exception {
    for (int seed = 0; seed <= SEEDS; seed++) {
      ObjectNode body = ask("Describe a person as JSON.", seed);
      body.putObject("response_format")
          .put("type", "json_schema")
          .putObject("json_schema")
          .put("name", "person")
          .put("strict", true)
          .set("schema", json(PERSON));
      JsonNode choice = choice(body);
      assertThat(choice.path("finish_reason").asText()).isEqualTo("stop");
      assertValid(PERSON, choice.path("message").path("content").asText());
    }
  }

  @Test
  void aNamedFunctionIsCalledWithValidArguments() throws Exception {
    for (int seed = 0; seed <= SEEDS; seed++) {
      ObjectNode body = ask("Will it rain in Rome?", seed);
      addTool(body, "search", SEARCH);
      addTool(body, "weather", WEATHER);
      body.putObject("tool_choice")
          .put("type", "function")
          .putObject("function")
          .put("name", "weather");
      JsonNode call = onlyCall(choice(body));
      assertThat(call.path("name").asText()).isEqualTo("weather");
      assertValid(WEATHER, call.path("arguments").asText());
    }
  }

  @Test
  void oneOfTheFunctionsIsCalledWithValidArguments() throws Exception {
    for (int seed = 0; seed <= SEEDS; seed++) {
      ObjectNode body = ask("Will it rain in Rome?", seed);
      addTool(body, "search", SEARCH);
      addTool(body, "weather", WEATHER);
      body.put("tool_choice", "required");
      JsonNode call = onlyCall(choice(body));
      String name = call.path("name").asText();
      assertThat(name).isIn("search", "weather");
      assertValid(name.equals("search") ? SEARCH : WEATHER, call.path("arguments").asText());
    }
  }

  private static JsonNode onlyCall(JsonNode choice) {
    assertThat(choice.path("finish_reason").asText()).isEqualTo("tool_calls");
    assertThat(choice.path("message").path("content").isNull()).isTrue();
    JsonNode calls = choice.path("message").path("tool_calls");
    assertThat(calls).hasSize(1);
    return calls.path(0).path("function");
  }
}

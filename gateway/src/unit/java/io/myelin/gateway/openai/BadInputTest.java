package io.myelin.gateway.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.myelin.gateway.session.FixedSessions;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever is wrong with a request: OpenAI's error shape, the right status, nothing started. */
@Timeout(60)
class BadInputTest {
  private static final int MAX_BODY = 10 * 1024 * 1024;
  private static OpenAiTestServer server;
  private static Http http;

  @BeforeAll
  static void start() {
    server = new OpenAiTestServer(new ScriptedModel());
    http = new Http(server.url(), HttpClient.Version.HTTP_1_1);
  }

  @AfterAll
  static void stop() {
    http.close();
    server.close();
  }

  @AfterEach
  void nothingWasStarted() {
    assertThat(server.tasks().submissions()).isEmpty();
  }

  private static Arguments chat(String extra, String param, String code) {
    return Arguments.of(
        "/v1/chat/completions",
        "{\"model\":\"scripted-model\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],"
            + extra
            + "}",
        param,
        code);
  }

  private static Arguments messages(String messages, String param, String code) {
    return Arguments.of(
        "/v1/chat/completions",
        "{\"model\":\"scripted-model\",\"messages\":" + messages + "}",
        param,
        code);
  }

  private static Arguments completion(String extra, String param, String code) {
    return Arguments.of(
        "/v1/completions", "{\"model\":\"scripted-model\"," + extra + "}", param, code);
  }

  private static Arguments embedding(String extra, String param, String code) {
    return Arguments.of(
        "/v1/embeddings", "{\"model\":\"scripted-embedder\"," + extra + "}", param, code);
  }

  private static Arguments body(String body) {
    return Arguments.of("/v1/chat/completions", body, null, "invalid_json");
  }

  static Stream<Arguments> wrong() {
    String tool = "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]";
    return Stream.of(
        body(""),
        body("   "),
        body("{"),
        body("{\"a\":1"),
        body("{\"a\":1,}"),
        body("{} {}"),
        body("{}x"),
        body("{\"temperature\":NaN}"),
        body("{\"temperature\":Infinity}"),
        body("{\"temperature\":1e999}"),
        body("{\"temperature\":" + "9".repeat(500) + "}"),
        body("{\"model\":\"a\",\"model\":\"b\"}"),
        body("{'model':'a'}"),
        body("{\"a\":\"\\ud800\\x\"}"),
        body("{\"a\":\"\\ud800 alone\"}"),
        body("{\"a\":\"\\udc00\\ud800\"}"),
        body("{\"a\":[\"\\ud83dx\"]}"),
        body("{\"a\\ud83d\":1}"),
        body("{\"" + "k".repeat(5000) + "\":1}"),
        body("[".repeat(33) + "]".repeat(33)),
        body("{\"a\":".repeat(40) + "1" + "}".repeat(40)),
        body("[".repeat(100_000)),
        Arguments.of("/v1/chat/completions", "[]", null, "invalid_type"),
        Arguments.of("/v1/chat/completions", "\"text\"", null, "invalid_type"),
        Arguments.of("/v1/chat/completions", "{}", "messages", "missing_required_parameter"),
        chat("\"temperature\":2.1", "temperature", "decimal_above_max_value"),
        chat("\"temperature\":-0.1", "temperature", "decimal_below_min_value"),
        chat("\"temperature\":\"1\"", "temperature", "invalid_type"),
        chat("\"temperature\":true", "temperature", "invalid_type"),
        chat("\"top_p\":1.01", "top_p", "decimal_above_max_value"),
        chat("\"presence_penalty\":3", "presence_penalty", "decimal_above_max_value"),
        chat("\"frequency_penalty\":-3", "frequency_penalty", "decimal_below_min_value"),
        chat("\"n\":0", "n", "integer_below_min_value"),
        chat("\"n\":17", "n", "integer_above_max_value"),
        chat("\"n\":1.5", "n", "invalid_type"),
        chat("\"n\":99999999999999999999999", "n", "integer_above_max_value"),
        chat("\"max_tokens\":0", "max_tokens", "integer_below_min_value"),
        chat("\"max_tokens\":2049", "max_tokens", "integer_above_max_value"),
        chat("\"max_tokens\":3,\"max_completion_tokens\":4", "max_tokens", "invalid_value"),
        chat("\"seed\":1.5", "seed", "invalid_type"),
        chat("\"seed\":9223372036854775808", "seed", "integer_above_max_value"),
        chat("\"stop\":[\"a\",\"b\",\"c\",\"d\",\"e\"]", "stop", "array_above_max_length"),
        chat("\"stop\":\"\"", "stop", "invalid_value"),
        chat("\"stop\":[null]", "stop[0]", "invalid_type"),
        chat("\"stop\":5", "stop", "invalid_type"),
        chat("\"logit_bias\":{\"x\":1}", "logit_bias", "invalid_value"),
        chat("\"logit_bias\":{\"5\":101}", "logit_bias.5", "decimal_above_max_value"),
        chat("\"logit_bias\":[]", "logit_bias", "invalid_type"),
        chat("\"top_logprobs\":2", "top_logprobs", "invalid_value"),
        chat("\"logprobs\":true,\"top_logprobs\":21", "top_logprobs", "integer_above_max_value"),
        chat("\"logprobs\":5", "logprobs", "invalid_type"),
        chat("\"stream\":\"yes\"", "stream", "invalid_type"),
        chat("\"stream_options\":{\"include_usage\":true}", "stream_options", "invalid_value"),
        chat(
            "\"stream\":true,\"stream_options\":{\"x\":1}",
            "stream_options.x",
            "unknown_parameter"),
        chat(
            "\"stream\":true,\"stream_options\":{\"include_obfuscation\":true}",
            "stream_options.include_obfuscation",
            "unsupported_value"),
        chat("\"response_format\":{}", "response_format.type", "missing_required_parameter"),
        chat("\"response_format\":{\"type\":\"xml\"}", "response_format.type", "invalid_value"),
        chat(
            "\"response_format\":{\"type\":\"json_schema\"}",
            "response_format.json_schema",
            "missing_required_parameter"),
        chat(
            "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"a b\"}}",
            "response_format.json_schema.name",
            "invalid_value"),
        chat("\"tool_choice\":\"auto\"", "tool_choice", "invalid_value"),
        chat(tool + ",\"tool_choice\":\"maybe\"", "tool_choice", "invalid_value"),
        chat(
            tool + ",\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"g\"}}",
            "tool_choice",
            "invalid_value"),
        chat(
            tool + ",\"response_format\":{\"type\":\"json_object\"}",
            "response_format",
            "unsupported_value"),
        chat(
            "\"tools\":[{\"type\":\"custom\",\"custom\":{\"name\":\"x\"}}]",
            "tools[0].type",
            "unsupported_value"),
        chat(
            "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"strict\":true}}]",
            "tools[0].function.strict",
            "unsupported_value"),
        chat("\"functions\":[]", "functions", "unsupported_parameter"),
        chat("\"function_call\":\"auto\"", "function_call", "unsupported_parameter"),
        chat("\"audio\":{}", "audio", "unsupported_parameter"),
        chat("\"modalities\":[\"text\",\"audio\"]", "modalities[1]", "unsupported_value"),
        chat("\"store\":true", "store", "unsupported_value"),
        chat("\"service_tier\":\"flex\"", "service_tier", "unsupported_value"),
        chat("\"reasoning_effort\":\"low\"", "reasoning_effort", "unsupported_parameter"),
        chat("\"web_search_options\":{}", "web_search_options", "unsupported_parameter"),
        chat("\"metadata\":{\"a\":1}", "metadata.a", "invalid_type"),
        chat("\"top_k\":5", "top_k", "unknown_parameter"),
        messages("[]", "messages", "array_below_min_length"),
        messages("[{}]", "messages[0].role", "missing_required_parameter"),
        messages("[{\"role\":\"user\"}]", "messages[0].content", "missing_required_parameter"),
        messages("[{\"role\":\"robot\",\"content\":\"\"}]", "messages[0].role", "invalid_value"),
        messages(
            "[{\"role\":\"function\",\"name\":\"f\",\"content\":\"\"}]",
            "messages[0].role",
            "unsupported_value"),
        messages("[{\"role\":\"user\",\"content\":5}]", "messages[0].content", "invalid_type"),
        messages(
            "[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{}}]}]",
            "messages[0].content[0].type",
            "unsupported_value"),
        messages(
            "[{\"role\":\"user\",\"content\":\"a\",\"tool_calls\":[]}]",
            "messages[0].tool_calls",
            "unknown_parameter"),
        messages("[{\"role\":\"assistant\"}]", "messages[0].content", "missing_required_parameter"),
        messages(
            "[{\"role\":\"tool\",\"content\":\"a\"}]",
            "messages[0].tool_call_id",
            "missing_required_parameter"),
        completion("\"max_tokens\":1", "prompt", "missing_required_parameter"),
        completion("\"prompt\":{}", "prompt", "invalid_type"),
        completion("\"prompt\":[]", "prompt", "array_below_min_length"),
        completion("\"prompt\":[\"a\",[1]]", "prompt[1]", "invalid_type"),
        completion("\"prompt\":[-1]", "prompt[0]", "integer_below_min_value"),
        completion("\"prompt\":\"a\",\"suffix\":\"b\"", "suffix", "unsupported_parameter"),
        completion("\"prompt\":\"a\",\"best_of\":3", "best_of", "unsupported_value"),
        completion("\"prompt\":\"a\",\"logprobs\":6", "logprobs", "integer_above_max_value"),
        completion("\"prompt\":\"a\",\"logprobs\":1,\"echo\":true", "echo", "unsupported_value"),
        completion("\"prompt\":[1],\"echo\":true", "echo", "unsupported_value"),
        completion("\"prompt\":[\"a\",\"b\"],\"n\":9", "n", "integer_above_max_value"),
        embedding("\"user\":\"a\"", "input", "missing_required_parameter"),
        embedding("\"input\":\"\"", "input", "invalid_value"),
        embedding("\"input\":[]", "input", "array_below_min_length"),
        embedding("\"input\":[\"a\",\"\"]", "input[1]", "invalid_value"),
        embedding("\"input\":[[1],[2]]", "input", "unsupported_value"),
        embedding("\"input\":[1,2]", "input", "unsupported_value"),
        embedding("\"input\":\"a\",\"dimensions\":5", "dimensions", "unsupported_parameter"),
        embedding("\"input\":\"a\",\"encoding_format\":\"x\"", "encoding_format", "invalid_value"));
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void isRefusedWithTheParameterNamed(String path, String body, String param, String code)
      throws Exception {
    HttpResponse<String> response = http.post(path, body);

    assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
    JsonNode error = Http.error(response);
    assertThat(error.get("param").textValue()).as(response.body()).isEqualTo(param);
    assertThat(error.get("code").textValue()).as(response.body()).isEqualTo(code);
    assertThat(error.get("type").textValue()).isEqualTo("invalid_request_error");
    assertThat(error.get("message").textValue()).isNotBlank().hasSizeLessThan(1500);
  }

  @Test
  void invalidUtf8IsRefused() throws Exception {
    byte[] body = "{\"model\":\"x\"}".getBytes(StandardCharsets.UTF_8);
    body[10] = (byte) 0xC3;
    HttpResponse<String> response = http.post("/v1/chat/completions", body);
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(Http.error(response).get("message").textValue()).contains("UTF-8");
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void tooLargeIs413WhetherAnnouncedOrNot(HttpClient.Version version) throws Exception {
    byte[] body = new byte[MAX_BODY + 1];
    Arrays.fill(body, (byte) ' ');
    try (Http client = new Http(server.url(), version)) {
      HttpResponse<String> announced = client.post("/v1/chat/completions", body);
      assertThat(announced.statusCode()).isEqualTo(413);
      assertThat(Http.error(announced).get("code").textValue()).isEqualTo("request_too_large");
      HttpResponse<String> streamed =
          client.send(
              client
                  .request("/v1/chat/completions")
                  .POST(
                      HttpRequest.BodyPublishers.ofInputStream(
                          () -> new java.io.ByteArrayInputStream(body)))
                  .build());
      assertThat(streamed.statusCode()).isEqualTo(413);
    }
  }

  @Test
  void otherContentTypesAreRefused() throws Exception {
    for (String type :
        new String[] {
          "text/plain",
          "application/x-www-form-urlencoded",
          "no type at all",
          "application/json; charset=utf-16"
        }) {
      HttpResponse<String> response =
          http.send(
              http.request("/v1/chat/completions")
                  .setHeader("Content-Type", type)
                  .POST(HttpRequest.BodyPublishers.ofString("{}"))
                  .build());
      assertThat(response.statusCode()).as(type).isEqualTo(415);
      assertThat(Http.error(response).get("code").textValue())
          .isEqualTo("unsupported_content_type");
    }
  }

  @Test
  void wrongMethodsAndUnknownPaths() throws Exception {
    HttpResponse<String> get = http.send(http.request("/v1/chat/completions").GET().build());
    assertThat(get.statusCode()).isEqualTo(405);
    assertThat(get.headers().firstValue("allow")).hasValue("POST");
    assertThat(Http.error(get).get("code").textValue()).isEqualTo("method_not_allowed");
    assertThat(http.post("/v1/models", "{}").statusCode()).isEqualTo(405);
    HttpResponse<String> unknown = http.post("/v1/nothing", "{}");
    assertThat(unknown.statusCode()).isEqualTo(404);
    assertThat(Http.error(unknown).get("code").textValue()).isEqualTo("unknown_url");
  }

  @Test
  void keysAreNeededAndNeverRepeated() throws Exception {
    for (String authorization :
        new String[] {"Bearer sk-secret", "Basic sk-secret", "Bearer ", "sk-secret"}) {
      HttpResponse<String> response =
          http.send(
              http.request("/v1/chat/completions")
                  .setHeader("Authorization", authorization)
                  .POST(HttpRequest.BodyPublishers.ofString("{}"))
                  .build());
      assertThat(response.statusCode()).isEqualTo(401);
      assertThat(Http.error(response).get("code").textValue()).isEqualTo("invalid_api_key");
      assertThat(response.body()).doesNotContain("sk-secret").doesNotContain(FixedSessions.KEY);
    }
  }
}

package io.myelin.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import io.myelin.gateway.http.MethodErrors;
import io.myelin.gateway.ws.WsFront;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The description of the API is valid, whole, and true of what is answered. */
class OpenApiIT {
  private static final JsonSchemaFactory SCHEMAS =
      JsonSchemaFactory.getInstance(VersionFlag.V202012);

  @SuppressWarnings("NullAway.Init")
  private static TestingGateway gateway;

  @SuppressWarnings("NullAway.Init")
  private static JsonNode document;

  @BeforeAll
  static void start() throws Exception {
    gateway = new TestingGateway();
    document = gateway.json(gateway.send(gateway.request("/api/openapi.json")));
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  @Test
  void shouldBeAValidOpenApi31Document() throws IOException {
    try (InputStream in =
        OpenApiIT.class.getResourceAsStream("/io/myelin/gateway/api/oas-3.1-schema.json")) {
      assertThat(in).isNotNull();
      JsonSchema schema = SCHEMAS.getSchema(TestingGateway.JSON.readTree(in));
      assertThat(schema.validate(document)).isEmpty();
    }
  }

  @Test
  void shouldDescribeEveryBoundRouteAndNoOther() {
    Set<String> bound = new TreeSet<>();
    gateway
        .server
        .services()
        .forEach(
            service -> {
              String path = service.route().patternString().replaceAll(":(\\w+)", "{$1}");
              if (path.startsWith("/myelin.v1.") || path.startsWith("/grpc.")) {
                return;
              }
              if (service.service().as(MethodErrors.Others.class) != null) {
                return;
              }
              if (path.equals(WsFront.PATH)) {
                // Also CONNECT, which HTTP/2 opens WebSockets with.
                bound.add("GET " + path);
                return;
              }
              service.route().methods().forEach(method -> bound.add(method + " " + path));
            });
    Set<String> described = new TreeSet<>();
    Set<String> operations = new HashSet<>();
    document
        .get("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .properties()
                    .forEach(
                        method -> {
                          described.add(
                              method.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey());
                          assertThat(operations.add(method.getValue().get("operationId").asText()))
                              .isTrue();
                        }));
    assertThat(described).isEqualTo(bound);
  }

  @Test
  void shouldResolveEveryReferenceAndUseEverySchema() {
    List<String> references = new ArrayList<>();
    document.findValuesAsText("$ref").forEach(references::add);
    for (String reference : references) {
      assertThat(document.at(reference.substring(1)).isMissingNode()).as(reference).isFalse();
    }
    Set<String> events = Set.of("TokensEvent", "DoneEvent", "FailedEvent");
    document
        .at("/components/schemas")
        .fieldNames()
        .forEachRemaining(
            name ->
                assertThat(
                        events.contains(name)
                            || references.contains("#/components/schemas/" + name))
                    .as(name)
                    .isTrue());
  }

  @Test
  void shouldAnswerWhatIsDescribed() throws Exception {
    String id = gateway.submit(3);
    String other = "f".repeat(64);
    for (Map.Entry<String, String> operation :
        List.of(
            Map.entry("/api/v1/sessions", "/api/v1/sessions"),
            Map.entry("/api/v1/sessions/{id}", "/api/v1/sessions/" + TestingGateway.SESSION),
            Map.entry("/api/v1/sessions/{id}", "/api/v1/sessions/" + other),
            Map.entry("/api/v1/tasks/{id}", "/api/v1/tasks/" + id),
            Map.entry("/api/v1/tasks/{id}", "/api/v1/tasks/" + other),
            Map.entry("/api/v1/tasks/{id}/receipt", "/api/v1/tasks/" + other + "/receipt"),
            Map.entry("/api/v1/tasks/{id}/proof", "/api/v1/tasks/" + "ab".repeat(32) + "/proof"),
            Map.entry("/api/v1/tasks/{id}/proof", "/api/v1/tasks/" + other + "/proof"),
            Map.entry("/api/v1/nodes", "/api/v1/nodes"),
            Map.entry("/api/v1/subnets", "/api/v1/subnets"),
            Map.entry("/api/v1/network", "/api/v1/network"),
            Map.entry("/health", "/health"))) {
      HttpResponse<String> answer = gateway.send(gateway.authorized(operation.getValue()));
      assertMatches("get", operation.getKey(), answer);
    }
    String tasks = "/api/v1/sessions/" + TestingGateway.SESSION + "/tasks";
    assertMatches(
        "post",
        "/api/v1/sessions/{id}/tasks",
        gateway.post(tasks, TestingGateway.KEY, TestingGateway.task(1)));
    assertMatches(
        "post", "/api/v1/sessions/{id}/tasks", gateway.post(tasks, TestingGateway.KEY, "{}"));
    assertMatches(
        "post", "/api/v1/sessions", gateway.post("/api/v1/sessions", TestingGateway.KEY, "{}"));
  }

  private static void assertMatches(String method, String path, HttpResponse<String> answer)
      throws IOException {
    String at =
        "/paths/"
            + path.replace("~", "~0").replace("/", "~1")
            + "/"
            + method
            + "/responses/"
            + answer.statusCode();
    JsonNode response = document.at(at);
    if (response.has("$ref")) {
      response = document.at(response.get("$ref").asText().substring(1));
    }
    JsonNode schema = response.at("/content/application~1json/schema");
    assertThat(schema.isMissingNode()).as(at).isFalse();
    // The document itself is the schema's base, so that references into it resolve.
    var whole = (ObjectNode) document.deepCopy();
    whole.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    whole.setAll((ObjectNode) schema);
    Set<ValidationMessage> wrong =
        SCHEMAS.getSchema(whole).validate(TestingGateway.JSON.readTree(answer.body()));
    assertThat(wrong).as(answer.body()).isEmpty();
  }
}

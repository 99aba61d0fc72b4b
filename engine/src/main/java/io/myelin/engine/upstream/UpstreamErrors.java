package io.myelin.engine.upstream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.myelin.engine.EngineException;
import java.util.Locale;
import java.util.Set;

/** What an upstream's refusal means here. */
final class UpstreamErrors {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<Integer> PASSING = Set.of(408, 409, 425, 429, 500, 502, 503, 504);

  private UpstreamErrors() {}

  /** Whether the same request may well succeed in a moment. */
  static boolean passing(int status) {
    return PASSING.contains(status);
  }

  static EngineException ofStatus(UpstreamConfig config, int status, String body) {
    String said = message(body);
    String text = "upstream of " + config.modelId() + " answered " + status + ": " + said;
    boolean context =
        said.toLowerCase(Locale.ROOT).contains("context length")
            || body.contains("context_length_exceeded")
            || body.contains("exceed_context_size");
    EngineException.Kind kind =
        switch (status) {
          case 400, 413, 422 ->
              context
                  ? EngineException.Kind.CONTEXT_LENGTH_EXCEEDED
                  : EngineException.Kind.BAD_REQUEST;
          case 404 -> EngineException.Kind.UNKNOWN_MODEL;
          case 429 -> EngineException.Kind.BUSY;
          case 401, 403 -> EngineException.Kind.INTERNAL;
          default ->
              PASSING.contains(status)
                  ? EngineException.Kind.CRASHED
                  : EngineException.Kind.INTERNAL;
        };
    return new EngineException(
        kind, status == 401 || status == 403 ? text + "; check the upstream's key" : text);
  }

  static EngineException inStream(UpstreamConfig config, JsonNode error) {
    String said = error.isTextual() ? error.asText() : error.path("message").asText("no reason");
    return new EngineException(
        EngineException.Kind.CRASHED,
        "upstream of " + config.modelId() + " broke off: " + brief(said));
  }

  private static String message(String body) {
    try {
      JsonNode json = JSON.readTree(body);
      JsonNode error = json == null ? null : json.get("error");
      if (error != null) {
        return brief(
            error.isTextual() ? error.asText() : error.path("message").asText("no reason"));
      }
    } catch (JsonProcessingException e) {
      // Not JSON: shown as it is.
    }
    return body.isBlank() ? "nothing more" : brief(body);
  }

  /** Short, on one line. */
  static String brief(String text) {
    String line = text.strip().replaceAll("\\s+", " ");
    return line.length() <= 300 ? line : line.substring(0, 300) + "…";
  }
}

package io.myelin.gateway.ws;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.gateway.http.ApiError;
import io.myelin.gateway.http.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a client may send. */
sealed interface ClientFrame {

  /** Who it is; the first frame unless the key came with the handshake. */
  record Hello(String apiKey) implements ClientFrame {
    /** Does not show the key. */
    @Override
    public String toString() {
      return "Hello[]";
    }
  }

  /**
   * A task.
   *
   * @param task the whole frame; its task fields are read when the session is known
   * @param durable whether the task goes on when the connection ends
   */
  record Submit(ObjectNode task, boolean durable) implements ClientFrame {}

  /**
   * Follow a task again.
   *
   * @param afterSeq the last chunk the client has; −1 for none
   */
  record Resume(String task, long afterSeq) implements ClientFrame {}

  /** End a task. */
  record Cancel(String task) implements ClientFrame {}

  /** Reads one text message; what is wrong is an {@link ApiError} (400) that names the field. */
  static ClientFrame parse(String text) throws ApiError {
    ObjectNode json = StrictJson.object(text.getBytes(StandardCharsets.UTF_8));
    String type = text(json, "type");
    return switch (type) {
      case "hello" -> {
        onlyFields(json, List.of("type", "apiKey"));
        yield new Hello(text(json, "apiKey"));
      }
      case "submit" -> new Submit(json, flag(json, "durable"));
      case "resume" -> {
        onlyFields(json, List.of("type", "task", "afterSeq"));
        yield new Resume(taskId(json), afterSeq(json));
      }
      case "cancel" -> {
        onlyFields(json, List.of("type", "task"));
        yield new Cancel(taskId(json));
      }
      default ->
          throw ApiError.invalid(
              "type",
              "unknown_type",
              "type: "
                  + StrictJson.shortened(type)
                  + " (expected: hello, submit, resume or cancel).");
    };
  }

  private static void onlyFields(ObjectNode json, List<String> known) throws ApiError {
    Iterator<String> names = json.fieldNames();
    while (names.hasNext()) {
      String name = names.next();
      if (!known.contains(name)) {
        String shown = StrictJson.shortened(name);
        throw ApiError.invalid(
            shown,
            "unknown_field",
            shown + ": unknown (expected: " + String.join(", ", known) + ").");
      }
    }
  }

  private static String taskId(ObjectNode json) throws ApiError {
    String id = text(json, "task").toLowerCase(Locale.ROOT);
    if (!id.matches("[0-9a-f]{64}")) {
      throw wrong("task", json.get("task"), "64 hex digits");
    }
    return id;
  }

  private static long afterSeq(ObjectNode json) throws ApiError {
    JsonNode node = json.get("afterSeq");
    if (node == null) {
      return -1;
    }
    if (!node.isIntegralNumber()
        || !node.canConvertToLong()
        || node.longValue() < -1
        || node.longValue() > 0xffff_ffffL) {
      throw wrong("afterSeq", node, "an integer, the seq of the last tokens received");
    }
    return node.longValue();
  }

  private static boolean flag(ObjectNode json, String name) throws ApiError {
    JsonNode node = json.get(name);
    if (node != null && !node.isBoolean()) {
      throw wrong(name, node, "true or false");
    }
    return node != null && node.booleanValue();
  }

  private static String text(ObjectNode json, String name) throws ApiError {
    JsonNode node = json.get(name);
    if (node == null || !node.isTextual() || node.textValue().isEmpty()) {
      throw wrong(name, node, "a string");
    }
    return node.textValue();
  }

  private static ApiError wrong(String name, @Nullable JsonNode node, String expected) {
    // The value is not shown: it may be a key.
    return ApiError.invalid(
        name,
        node == null ? "missing_field" : "invalid_value",
        name
            + ": "
            + (node == null ? "absent" : StrictJson.kind(node))
            + " (expected: "
            + expected
            + ").");
  }
}

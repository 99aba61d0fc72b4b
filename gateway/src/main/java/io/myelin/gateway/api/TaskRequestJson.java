package io.myelin.gateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.gateway.http.ApiError;
import io.myelin.gateway.http.StrictJson;
import io.myelin.gateway.http.WorkReader;
import io.myelin.gateway.task.Submission;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Reads a task as HTTP and WebSocket clients write it: exactly one of {@code chat}, {@code
 * completion} and {@code embedding}, and optionally {@code reference} and {@code timeoutMillis}.
 */
public final class TaskRequestJson {
  private static final List<String> KINDS = List.of("chat", "completion", "embedding");
  private static final long MAX_TIMEOUT_MILLIS = 24L * 60 * 60 * 1000;

  private final WorkReader reader;

  /** Over the reader of the work itself. */
  public TaskRequestJson(WorkReader reader) {
    this.reader = reader;
  }

  /**
   * The submission in an object that may hold other fields too.
   *
   * @param others fields of the object that are not of the task
   * @throws ApiError (400) that names the field
   */
  public Submission read(
      ObjectNode json, Set<String> others, String sessionId, Submission.Kind kind) throws ApiError {
    Iterator<String> names = json.fieldNames();
    while (names.hasNext()) {
      String name = names.next();
      if (!KINDS.contains(name)
          && !name.equals("reference")
          && !name.equals("timeoutMillis")
          && !others.contains(name)) {
        throw ApiError.invalid(
            StrictJson.shortened(name),
            "unknown_field",
            StrictJson.shortened(name)
                + ": unknown (expected: one of chat, completion, embedding; reference,"
                + " timeoutMillis).");
      }
    }
    List<String> present = Stream.of("chat", "completion", "embedding").filter(json::has).toList();
    if (present.size() != 1) {
      throw ApiError.invalid(
          present.isEmpty() ? null : present.get(1),
          present.isEmpty() ? "missing_field" : "invalid_value",
          "work: "
              + (present.isEmpty() ? "absent" : String.join(" and ", present))
              + " (expected: exactly one of chat, completion, embedding).");
    }
    String work = present.getFirst();
    if (!(json.get(work) instanceof ObjectNode body)) {
      throw ApiError.invalid(
          work,
          "invalid_type",
          work
              + ": "
              + StrictJson.kind(json.get(work))
              + " (expected: an object, as OpenAI's operation takes it).");
    }
    return new Submission(
        sessionId, reader.read(work, body), kind, reference(json), timeoutMillis(json));
  }

  private static String reference(ObjectNode json) throws ApiError {
    JsonNode node = json.get("reference");
    if (node == null) {
      return "";
    }
    if (!node.isTextual() || node.textValue().length() > 256) {
      throw ApiError.invalid(
          "reference", "invalid_value", "reference: expected a string of at most 256 characters.");
    }
    return node.textValue();
  }

  private static long timeoutMillis(ObjectNode json) throws ApiError {
    JsonNode node = json.get("timeoutMillis");
    if (node == null) {
      return 0;
    }
    if (!node.isIntegralNumber()
        || !node.canConvertToLong()
        || node.longValue() < 1
        || node.longValue() > MAX_TIMEOUT_MILLIS) {
      throw ApiError.invalid(
          "timeoutMillis",
          "invalid_value",
          "timeoutMillis: "
              + StrictJson.shortened(node.toString())
              + " (expected: an integer, 1.."
              + MAX_TIMEOUT_MILLIS
              + ").");
    }
    return node.longValue();
  }
}

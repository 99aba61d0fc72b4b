package io.myelin.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import io.myelin.v1.GeneratedChunk;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * The chunks of a task in its stream of server-sent events, {@code GET /api/v1/tasks/ID/stream}: as
 * a gateway sends it, or as somebody saved it.
 */
public final class TaskStream {
  private static final ObjectMapper JSON = new ObjectMapper();

  private TaskStream() {}

  /**
   * Every chunk, in order.
   *
   * @throws ClientException when it is no such stream, has a gap, or ends before the task does
   */
  public static List<GeneratedChunk> read(Iterator<String> lines) {
    List<GeneratedChunk> chunks = new ArrayList<>();
    String event = "";
    while (lines.hasNext()) {
      String line = lines.next();
      if (line.startsWith("event:")) {
        event = line.substring(6).strip();
      } else if (line.startsWith("data:")) {
        JsonNode data = json(line.substring(5).strip());
        switch (event) {
          case "tokens" -> chunks.add(chunk(data, chunks.size()));
          case "done" -> {
            return chunks;
          }
          case "error" ->
              throw new ClientException(
                  "the stream ends in an error: "
                      + data.path("error").path("message").asText("no message"));
          default -> {}
        }
      }
    }
    throw new ClientException(
        "the stream ends after " + chunks.size() + " chunks (expected: an event done at its end)");
  }

  /**
   * One chunk: {@code seq}, {@code tokens}, {@code text}.
   *
   * @param expectedSeq its place in the stream
   */
  public static GeneratedChunk chunk(JsonNode json, int expectedSeq) {
    JsonNode seq = json.path("seq");
    if (!seq.isIntegralNumber() || seq.asLong() != expectedSeq) {
      throw new ClientException("chunk: seq " + seq + " (expected: " + expectedSeq + ", no gaps)");
    }
    if (!json.path("tokens").isArray() || !json.path("text").isTextual()) {
      throw new ClientException(
          "chunk " + expectedSeq + ": no tokens or no text (expected: seq, tokens, text)");
    }
    GeneratedChunk.Builder chunk =
        GeneratedChunk.newBuilder()
            .setSeq(expectedSeq)
            .setText(ByteString.copyFromUtf8(json.path("text").textValue()));
    for (JsonNode token : json.path("tokens")) {
      if (!token.isIntegralNumber() || token.asLong() < 0 || token.asLong() > 0xffffffffL) {
        throw new ClientException(
            "chunk " + expectedSeq + ": token " + token + " (expected: 0 to 2^32-1)");
      }
      chunk.addTokens((int) token.asLong());
    }
    return chunk.build();
  }

  private static JsonNode json(String data) {
    try {
      return JSON.readTree(data);
    } catch (JsonProcessingException e) {
      throw new ClientException("an event of the stream is no JSON: " + e.getOriginalMessage(), e);
    }
  }
}

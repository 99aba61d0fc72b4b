package io.myelin.contracts.differential;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.myelin.chain.BlockRef;
import io.myelin.chain.Bytes;
import io.myelin.chain.EventLog;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Runs histories on top of a chain that stays as it is: one {@code eth_simulateV1} for the whole of
 * one. The contracts' own code runs, with the time and the sender that each message names.
 */
final class Simulation implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final BlockRef NO_BLOCK = new BlockRef(0, Digest.ZERO);
  private static final String GAS = "0x989680";
  private static final String BLOCK_GAS = "0x3b9aca000";

  private final URI uri;
  private final HttpClient http = HttpClient.newHttpClient();

  Simulation(URI uri) {
    this.uri = uri;
  }

  /** A transaction, or a question when nobody cares who asks. */
  record Message(long atSeconds, Address from, Address to, Bytes data) {}

  /**
   * What came of a message.
   *
   * @param returned what it returned, or why it was reverted
   * @param logs what it told; nothing when it was reverted
   */
  record Answer(boolean succeeded, Bytes returned, List<EventLog> logs) {
    Answer {
      logs = List.copyOf(logs);
    }
  }

  /** The answers to these messages, each in the state that the ones before it left. */
  List<Answer> run(List<Message> messages) {
    List<Answer> answers = new ArrayList<>();
    for (JsonNode block : call("[{\"blockStateCalls\":[" + blocks(messages) + "]},\"latest\"]")) {
      for (JsonNode one : block.path("calls")) {
        boolean succeeded = one.path("status").asText().equals("0x1");
        JsonNode returned = succeeded ? one.path("returnData") : revertData(one);
        answers.add(new Answer(succeeded, Bytes.parse(returned.asText("0x")), logs(one)));
      }
    }
    if (answers.size() != messages.size()) {
      throw new IllegalStateException(
          "answers: " + answers.size() + " (expected: " + messages.size() + ")");
    }
    return answers;
  }

  private static JsonNode revertData(JsonNode failed) {
    JsonNode data = failed.path("error").path("data");
    return data.isTextual() ? data : failed.path("returnData");
  }

  private static List<EventLog> logs(JsonNode call) {
    List<EventLog> logs = new ArrayList<>();
    for (JsonNode log : call.path("logs")) {
      List<Digest> topics = new ArrayList<>();
      log.path("topics").forEach(topic -> topics.add(Digest.parse(topic.asText().substring(2))));
      logs.add(
          new EventLog(
              Address.parse(log.path("address").asText()),
              topics,
              Bytes.parse(log.path("data").asText("0x")),
              NO_BLOCK,
              Digest.ZERO,
              logs.size()));
    }
    return logs;
  }

  /** Messages of one second share a block. */
  private static String blocks(List<Message> messages) {
    List<String> blocks = new ArrayList<>();
    int from = 0;
    while (from < messages.size()) {
      long atSeconds = messages.get(from).atSeconds();
      int to = from;
      while (to < messages.size() && messages.get(to).atSeconds() == atSeconds) {
        to++;
      }
      blocks.add(
          messages.subList(from, to).stream()
              .map(Simulation::call)
              .collect(
                  Collectors.joining(
                      ",",
                      "{\"blockOverrides\":{\"time\":\"0x"
                          + Long.toHexString(atSeconds)
                          + "\",\"gasLimit\":\""
                          + BLOCK_GAS
                          + "\"},\"calls\":[",
                      "]}")));
      from = to;
    }
    return String.join(",", blocks);
  }

  private static String call(Message m) {
    return "{\"from\":\"%s\",\"to\":\"%s\",\"gas\":\"%s\",\"data\":\"%s\"}"
        .formatted(m.from(), m.to(), GAS, m.data());
  }

  private JsonNode call(String parameters) {
    String body =
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_simulateV1\",\"params\":"
            + parameters
            + "}";
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .timeout(PATIENCE)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build();
    try {
      JsonNode answer = JSON.readTree(http.send(request, BodyHandlers.ofInputStream()).body());
      if (!answer.path("result").isArray()) {
        throw new IllegalStateException("eth_simulateV1: " + answer.path("error"));
      }
      return answer.path("result");
    } catch (IOException e) {
      throw new UncheckedIOException("the chain at " + uri + " did not answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the chain worked", e);
    }
  }

  @Override
  public void close() {
    http.close();
  }
}

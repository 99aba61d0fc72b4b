package io.myelin.engine.upstream;

import java.net.URI;
import java.time.Duration;

/**
 * One model at another server.
 *
 * @param modelId as clients of this network name it
 * @param baseUrl up to and including {@code /v1}
 * @param apiKey sent as a bearer token; empty for none
 * @param upstreamModel the model's name there
 * @param contextLength most tokens of prompt and output together
 * @param slots requests that may run there at once
 * @param continuation how the server goes on from text that was delivered already
 * @param attempts tries before the first byte, in all
 * @param backoff before the second try; doubles with each
 * @param connect until a connection stands
 * @param firstByte until the first piece of the answer, a long prompt included
 * @param idle between two pieces of the answer
 */
public record UpstreamConfig(
    String modelId,
    URI baseUrl,
    String apiKey,
    String upstreamModel,
    int contextLength,
    int slots,
    Continuation continuation,
    int attempts,
    Duration backoff,
    Duration connect,
    Duration firstByte,
    Duration idle) {

  /** How a server continues a chat whose last message is the beginning of the answer. */
  public enum Continuation {
    /** It cannot; such requests are refused. */
    NONE,
    /** It does whenever the last message is the assistant's (llama-server). */
    LAST_MESSAGE,
    /** It does when asked to (vLLM's {@code continue_final_message}). */
    ASKED
  }

  /** Checks ranges. */
  public UpstreamConfig {
    if (attempts < 1 || attempts > 10 || slots < 1 || contextLength < 1) {
      throw new IllegalArgumentException(
          "attempts, slots, contextLength: "
              + attempts
              + ", "
              + slots
              + ", "
              + contextLength
              + " (expected: 1..10, >= 1, >= 1)");
    }
  }

  /** With the usual patience, and no continuation of chats. */
  public static UpstreamConfig of(
      String modelId,
      URI baseUrl,
      String apiKey,
      String upstreamModel,
      int contextLength,
      int slots) {
    return new UpstreamConfig(
        modelId,
        baseUrl,
        apiKey,
        upstreamModel,
        contextLength,
        slots,
        Continuation.NONE,
        3,
        Duration.ofMillis(250),
        Duration.ofSeconds(5),
        Duration.ofSeconds(120),
        Duration.ofSeconds(30));
  }

  URI endpoint(String path) {
    String base = baseUrl.toString();
    return URI.create((base.endsWith("/") ? base : base + "/") + path);
  }

  /** Never shows the key. */
  @Override
  public String toString() {
    return "UpstreamConfig[" + modelId + " at " + baseUrl + " as " + upstreamModel + "]";
  }
}

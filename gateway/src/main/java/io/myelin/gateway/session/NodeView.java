package io.myelin.gateway.session;

import java.util.List;

/**
 * A compute node as the gateway sees it.
 *
 * @param id address of its operator key, 0x and 40 lower-case hex digits
 * @param state ephemeral (tested and free), reserved (no slot left for another session), draining
 * @param softwareVersion as it announced
 * @param slots tasks it runs at once
 * @param running tasks it runs now, by its last heartbeat
 * @param queued tasks that wait on it, by its last heartbeat
 * @param decodeMillitokensPerSecond measured speed times 1000; 0 while unknown
 * @param models what it serves
 * @param connectedAtMillis since when (Unix time)
 */
public record NodeView(
    String id,
    String state,
    String softwareVersion,
    int slots,
    int running,
    int queued,
    long decodeMillitokensPerSecond,
    List<Served> models,
    long connectedAtMillis) {

  /** Copies the models and checks ranges. */
  public NodeView {
    if (slots < 0) {
      throw new IllegalArgumentException("slots: " + slots + " (expected: >= 0)");
    }
    models = List.copyOf(models);
  }

  /**
   * A model a node serves.
   *
   * @param id as clients name it
   * @param weightsDigestHex SHA-256 of the weights file
   * @param contextLength most tokens of prompt and output together
   * @param equivalenceClass nodes of one class produce bit-identical log-probabilities
   * @param embeddings whether it embeds rather than generates
   */
  public record Served(
      String id,
      String weightsDigestHex,
      int contextLength,
      String equivalenceClass,
      boolean embeddings) {}

  /** Whether it serves this model. */
  public boolean serves(String model) {
    return models.stream().anyMatch(served -> served.id().equals(model));
  }
}

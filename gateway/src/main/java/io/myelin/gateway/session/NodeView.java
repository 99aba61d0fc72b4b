package io.myelin.gateway.session;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A compute node as the gateway sees it.
 *
 * @param id address of its operator key, 0x and 40 lower-case hex digits
 * @param state ephemeral (tested and free), reserved (no slot left for another session), draining
 * @param softwareVersion as it announced
 * @param slots tasks it runs at once
 * @param running tasks of this gateway that it has now
 * @param queued tasks that wait on it, by its last heartbeat
 * @param decodeMillitokensPerSecond its own word of its speed, times 1000: shown, and used for
 *     nothing; 0 while unknown
 * @param models what it serves
 * @param connectedAtMillis since when (Unix time)
 * @param figures what it did at this gateway since the gateway started
 * @param exam how it did in its last exam here, or null before the first
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
    long connectedAtMillis,
    Figures figures,
    @Nullable ExamFigures exam) {

  /** Copies the models and checks ranges. */
  public NodeView {
    if (slots < 0) {
      throw new IllegalArgumentException("slots: " + slots + " (expected: >= 0)");
    }
    models = List.copyOf(models);
  }

  /**
   * What a node did at a gateway since that started, over all its connections.
   *
   * @param offered tasks it was asked to take part in
   * @param acked offers it took
   * @param refused offers it declined
   * @param completed tasks that completed with its commitment
   * @param failed tasks it failed
   * @param compared answers that were compared with others' to the same question
   * @param apart those of them that stood apart
   * @param lastError what went wrong last, or null
   */
  public record Figures(
      long offered,
      long acked,
      long refused,
      long completed,
      long failed,
      long compared,
      long apart,
      @Nullable String lastError) {
    /** Nothing yet. */
    public static final Figures NONE = new Figures(0, 0, 0, 0, 0, 0, 0, null);
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

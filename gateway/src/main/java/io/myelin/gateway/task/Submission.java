package io.myelin.gateway.task;

import io.myelin.v1.EmbeddingSpec;
import io.myelin.v1.GenerationSpec;
import org.jspecify.annotations.Nullable;

/**
 * What a front submits.
 *
 * @param sessionId the session that pays
 * @param work what to do
 * @param kind whether a client waits on the line
 * @param clientReference the client's own reference, returned in views and events; may be empty
 * @param timeoutMillis most time from submission to the end; 0 for the gateway's default
 */
public record Submission(
    String sessionId, Work work, Kind kind, String clientReference, long timeoutMillis) {

  /** Checks ranges. */
  public Submission {
    if (timeoutMillis < 0) {
      throw new IllegalArgumentException("timeoutMillis: " + timeoutMillis + " (expected: >= 0)");
    }
    if (clientReference.length() > 256) {
      throw new IllegalArgumentException(
          "clientReference: " + clientReference.length() + " characters (expected: <= 256)");
    }
  }

  /** Whether a client waits on the line. */
  public enum Kind {
    /** A client listens; when it leaves, the task is cancelled. */
    LIVE,
    /** Submitted and fetched later; survives a restart. */
    DURABLE
  }

  /** Generation or embedding. */
  public sealed interface Work {
    /** The model asked for. */
    String model();

    /** Generate text. */
    record Generate(GenerationSpec spec) implements Work {
      @Override
      public String model() {
        return spec.getModel();
      }
    }

    /** Embed texts. */
    record Embed(EmbeddingSpec spec) implements Work {
      @Override
      public String model() {
        return spec.getModel();
      }
    }
  }

  /** The generation spec, or null for an embedding. */
  public @Nullable GenerationSpec generation() {
    return work instanceof Work.Generate generate ? generate.spec() : null;
  }
}

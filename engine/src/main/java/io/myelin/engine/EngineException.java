package io.myelin.engine;

/** What an engine could not do, and why. The message is fit for a client. */
public final class EngineException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Kind kind;

  /** Kinds of failure. */
  public enum Kind {
    /** No such model here. */
    UNKNOWN_MODEL,
    /** The model file is missing, corrupt, or not what its digest says. */
    BAD_MODEL_FILE,
    /** Prompt and prefix leave no room for a token. */
    CONTEXT_LENGTH_EXCEEDED,
    /** A parameter this engine cannot honour or that makes no sense. */
    BAD_REQUEST,
    /** More at once than slots; try again later. */
    BUSY,
    /** Memory for weights or context is lacking. */
    OUT_OF_MEMORY,
    /** The worker process or upstream died; another attempt may succeed. */
    CRASHED,
    /** The engine was closed. */
    CLOSED,
    /** Anything else. */
    INTERNAL
  }

  /** With a message that says what was wrong and what was expected. */
  public EngineException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  /** With a cause. */
  public EngineException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /** The kind of failure. */
  public Kind kind() {
    return kind;
  }

  /** Whether another engine of the same model may well succeed. */
  public boolean retryElsewhere() {
    return switch (kind) {
      case CRASHED, OUT_OF_MEMORY, BUSY, CLOSED, INTERNAL, UNKNOWN_MODEL, BAD_MODEL_FILE -> true;
      case CONTEXT_LENGTH_EXCEEDED, BAD_REQUEST -> false;
    };
  }
}

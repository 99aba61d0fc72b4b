package io.myelin.protocol.task;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A stream that was broken off. The client gets no more of it and was told so; its node still
 * commits to what it sent, so that somebody answers for what the client got, and is paid for it.
 *
 * @param at how far the client got: what counts
 * @param cause who broke it off; null when the task's deadline passed
 */
public record Cut(Delivered at, @Nullable CancelCause cause) {
  /** Checks. */
  public Cut {
    Objects.requireNonNull(at, "at");
  }

  /** How the task ends. */
  public TaskPhase.Ended ending(Counted counted) {
    return cause == null
        ? new TaskPhase.Failed(code(), message(), clientFault(), counted)
        : new TaskPhase.Cancelled(cause, counted);
  }

  /** The code a client is told. */
  public String code() {
    return cause == null ? "deadline_exceeded" : cause.code();
  }

  /** For people. */
  public String message() {
    return cause == null ? "the task did not end before its deadline" : cause.message();
  }

  /** Whether the client caused it. */
  public boolean clientFault() {
    return cause != null && cause.clientFault();
  }
}

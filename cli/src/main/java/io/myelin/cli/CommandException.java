package io.myelin.cli;

/** A command failed for a reason its user can act on; the message is the one line shown. */
public final class CommandException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With what happened and what to do next. */
  public CommandException(String message) {
    super(message);
  }

  /** With a cause, shown only with {@code --debug}. */
  public CommandException(String message, Throwable cause) {
    super(message, cause);
  }
}

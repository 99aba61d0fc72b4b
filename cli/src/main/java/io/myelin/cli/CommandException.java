package io.myelin.cli;

import io.myelin.client.ClientException;

/** A command failed for a reason its user can act on; the message is the one line shown. */
public final class CommandException extends ClientException {
  private static final long serialVersionUID = 1L;

  /** With what happened and what to do next. */
  public CommandException(String message) {
    super(message);
  }

  /** With a cause, shown only with {@code --debug}. */
  public CommandException(String message, Throwable cause) {
    super(message, cause);
  }

  private CommandException(String message, boolean wrongUsage) {
    super(message, wrongUsage);
  }

  /** For a value that cannot be meant, found where picocli cannot see it: exit status 2. */
  public static CommandException usage(String message) {
    return new CommandException(message, true);
  }
}

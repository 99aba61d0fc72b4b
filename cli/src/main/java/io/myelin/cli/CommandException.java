package io.myelin.cli;

/** A command failed for a reason its user can act on; the message is the one line shown. */
public final class CommandException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean wrongUsage;

  /** With what happened and what to do next. */
  public CommandException(String message) {
    super(message);
    this.wrongUsage = false;
  }

  /** With a cause, shown only with {@code --debug}. */
  public CommandException(String message, Throwable cause) {
    super(message, cause);
    this.wrongUsage = false;
  }

  private CommandException(String message, boolean wrongUsage) {
    super(message);
    this.wrongUsage = wrongUsage;
  }

  /** For a value that cannot be meant, found where picocli cannot see it: exit status 2. */
  public static CommandException usage(String message) {
    return new CommandException(message, true);
  }

  /** Whether the command line itself is wrong. */
  boolean isWrongUsage() {
    return wrongUsage;
  }
}

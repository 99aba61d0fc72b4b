package io.myelin.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What every command has: where it prints, and how it says that it was called wrongly. */
public abstract class MyelinCommand implements Callable<Integer> {

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli before call()
  private CommandSpec spec;

  /** Where results go. */
  protected final PrintWriter out() {
    return spec.commandLine().getOut();
  }

  /** Where waiting and warnings are told, apart from results. */
  protected final PrintWriter err() {
    return spec.commandLine().getErr();
  }

  /** Wrong usage: exit status 2. */
  protected final ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  /** Wrong usage, with what was found out of it. */
  protected final ParameterException wrong(String message, Throwable cause) {
    return new ParameterException(spec.commandLine(), message, cause);
  }

  /** Its subcommands, for a message that lists them. */
  final String subcommands() {
    return String.join(", ", spec.subcommands().keySet());
  }

  /** Its name as it is called. */
  final String name() {
    return spec.name();
  }
}

package io.myelin.cli.chain;

import io.myelin.cli.CommandException;
import java.io.Console;
import java.io.PrintWriter;
import java.util.Locale;
import picocli.CommandLine.Option;

/** Asks before money moves, where somebody is there to answer. */
public final class Confirmation {
  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask. Without a terminal nothing is asked either.")
  private boolean yes;

  /**
   * Says what is about to happen, and asks.
   *
   * @throws CommandException when the answer is no
   */
  @SuppressWarnings("SystemConsoleNull") // it is null again on JDK 25 when input is not a terminal
  public void ask(PrintWriter out, String... plan) {
    for (String line : plan) {
      out.println(line);
    }
    out.flush();
    Console console = System.console();
    if (yes || console == null || !console.isTerminal()) {
      return;
    }
    String answer = console.readLine("Go on? [y/N] ");
    if (answer == null || !answer.strip().toLowerCase(Locale.ROOT).matches("y|yes")) {
      throw new CommandException("nothing was done");
    }
  }
}

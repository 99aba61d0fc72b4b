package io.myelin.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Walks what every start walks, so that the JVM can write its ahead-of-time cache from it. */
@Command(name = "warm-up", hidden = true, description = "Used by the launcher after a build.")
final class WarmUpCommand implements Callable<Integer> {

  @Override
  public Integer call() {
    var root = new CommandLine(new Main());
    render(root);
    root.getSubcommands().values().forEach(WarmUpCommand::render);
    return CommandLine.ExitCode.OK;
  }

  private static void render(CommandLine command) {
    command.usage(new PrintWriter(new StringWriter()));
  }
}

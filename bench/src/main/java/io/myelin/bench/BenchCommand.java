package io.myelin.bench;

import io.myelin.bench.engine.EngineBenchCommand;
import io.myelin.bench.relay.RelayBench;
import io.myelin.bench.verification.VerificationBench;
import io.myelin.cli.Main;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ./myelin bench}: every bench measures beside a peer in one run. */
@Command(
    name = "myelin bench",
    mixinStandardHelpOptions = true,
    description = "Measure Myelin beside a peer, as ratios.",
    subcommands = {RelayBench.class, EngineBenchCommand.class, VerificationBench.class},
    synopsisSubcommandLabel = "BENCH",
    footer = {
      "",
      "Example:",
      "  ./myelin bench relay",
      "  ./myelin bench engine",
      "  ./myelin bench verification --quick"
    })
public final class BenchCommand implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli before run()
  private CommandSpec spec;

  /** Entry point of the launcher's {@code bench}. */
  public static void main(String[] args) {
    var commandLine = new CommandLine(new BenchCommand());
    System.exit(Main.execute(commandLine, args));
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "bench: nothing chosen (expected: relay, engine or verification)");
  }
}

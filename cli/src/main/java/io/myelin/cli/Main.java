package io.myelin.cli;

import io.myelin.cli.calibrate.CalibrateCommand;
import io.myelin.cli.chat.ChatCommand;
import io.myelin.cli.devnet.DevnetCommand;
import io.myelin.cli.doctor.DoctorCommand;
import io.myelin.cli.mempool.MempoolCommand;
import io.myelin.cli.model.ModelCommand;
import io.myelin.cli.node.ComputeCommand;
import io.myelin.cli.node.GatewayCommand;
import io.myelin.cli.node.RegistryCommand;
import io.myelin.cli.node.ValidatorCommand;
import io.myelin.cli.queue.QueueCommand;
import io.myelin.cli.receipt.VerifyCommand;
import io.myelin.cli.round.RoundCommand;
import io.myelin.cli.session.SessionCommand;
import io.myelin.cli.stake.StakeCommand;
import io.myelin.cli.subnet.SubnetCommand;
import io.myelin.cli.wallet.AccountCommand;
import io.myelin.client.ClientException;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** Entry point of {@code ./myelin}. Exit status: 0 done, 1 failed, 2 wrong usage. */
@Command(
    name = "myelin",
    description = "A decentralised AI inference network: prompts in, verified tokens out.",
    versionProvider = Version.class,
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      DevnetCommand.class,
      ChatCommand.class,
      GatewayCommand.class,
      ComputeCommand.class,
      ValidatorCommand.class,
      RegistryCommand.class,
      ModelCommand.class,
      SubnetCommand.class,
      SessionCommand.class,
      MempoolCommand.class,
      QueueCommand.class,
      RoundCommand.class,
      AccountCommand.class,
      StakeCommand.class,
      VerifyCommand.class,
      DoctorCommand.class,
      CalibrateCommand.class,
      HelpCommand.class,
      WarmUpCommand.class
    },
    footer = {
      "",
      "Start here:",
      "  ./myelin devnet --ask \"What is the capital of France?\"",
      "  ./myelin devnet            then, in another terminal: ./myelin chat",
      "",
      "Two more: ./myelin test --help   builds everything and runs the test suite",
      "          ./myelin bench --help  measures Myelin beside a peer",
      "Every command explains itself: ./myelin COMMAND --help"
    })
public final class Main implements Runnable {

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli before run()
  private CommandSpec spec;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Show the stack trace when something fails, and log more.")
  @SuppressWarnings("UnusedVariable") // read from the arguments, before picocli has parsed them
  private boolean debug;

  /** Runs one command and exits with its status. */
  public static void main(String[] args) {
    System.exit(run(args));
  }

  /** Runs one command and returns its exit status. */
  static int run(String... args) {
    return execute(new CommandLine(new Main()), args);
  }

  /** Runs a command line under the rules of every command: exit status, one line on failure. */
  public static int execute(CommandLine commandLine, String... args) {
    boolean debug = Arrays.asList(args).contains("--debug");
    Logging.configure(debug);
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    // Where the terminal's width is not known: wide enough that no example breaks.
    commandLine.setUsageHelpWidth(100);
    commandLine.setUsageHelpAutoWidth(true);
    commandLine.setParameterExceptionHandler(Main::wrongUsage);
    commandLine.setExecutionExceptionHandler(
        (failure, failed, parseResult) -> failed(failure, failed, debug));
    return commandLine.execute(args);
  }

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  private static int wrongUsage(ParameterException failure, String[] args) {
    CommandLine command = failure.getCommandLine();
    String message =
        failure instanceof UnmatchedArgumentException unmatched
                && command.getParent() == null
                && !unmatched.isUnknownOption()
            ? "unknown command: "
                + unmatched.getUnmatched().getFirst()
                + " (expected: "
                + visible(command)
                + ")"
            : String.valueOf(failure.getMessage());
    return wrongUsage(command, message);
  }

  private static int wrongUsage(CommandLine command, String message) {
    String name = command.getCommandSpec().qualifiedName();
    command
        .getErr()
        .println(
            "myelin: "
                + oneLine(message).replaceFirst("^Error: ", "")
                + " (see ./"
                + (name.startsWith("myelin") ? name : "myelin " + name)
                + " --help)");
    return CommandLine.ExitCode.USAGE;
  }

  private static String visible(CommandLine command) {
    return command.getSubcommands().entrySet().stream()
        .filter(entry -> !entry.getValue().getCommandSpec().usageMessage().hidden())
        .map(Map.Entry::getKey)
        .collect(Collectors.joining(", "));
  }

  private static int failed(Exception failure, CommandLine command, boolean debug) {
    if (failure instanceof ParameterException wrong) {
      return wrongUsage(wrong, new String[0]);
    }
    if (failure instanceof ClientException wrong && wrong.isWrongInput()) {
      return wrongUsage(command, String.valueOf(wrong.getMessage()));
    }
    PrintWriter err = command.getErr();
    String message = failure.getMessage();
    err.println(
        "myelin: "
            + oneLine(message == null || message.isBlank() ? failure.toString() : message)
            + (failure instanceof ClientException ? "" : " (--debug shows where)"));
    if (debug) {
      failure.printStackTrace(err);
    }
    return CommandLine.ExitCode.SOFTWARE;
  }

  private static String oneLine(String text) {
    return text.strip().replaceAll("\\s*\\R\\s*", " ");
  }
}

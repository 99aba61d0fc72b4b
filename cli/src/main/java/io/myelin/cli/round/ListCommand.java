package io.myelin.cli.round;

import io.myelin.cli.MyelinCommand;
import io.myelin.cli.chain.ChainAccess;
import io.myelin.cli.chain.NetworkOptions;
import io.myelin.cli.chain.Times;
import io.myelin.protocol.cognitive.RoundView;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists the newest rounds. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description = {
      "The newest rounds, newest first: number, when it began, what it waits for, who takes part.",
      "ended: judged. failed: nobody was left for a stage, or nobody judged; nobody is marked for",
      "that beyond what it missed itself."
    },
    footer = {"", "Examples:", "  ./myelin round list", "  ./myelin round list --count 3"})
final class ListCommand extends MyelinCommand {
  private static final int MOST = 1_000;

  @Mixin private NetworkOptions where = new NetworkOptions();

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "10",
      description = "How many at most (${DEFAULT-VALUE}).")
  private int count = 10;

  @Override
  public Integer call() {
    if (count < 1 || count > MOST) {
      throw wrong("--count: " + count + " (expected: 1 to " + MOST + ")");
    }
    try (ChainAccess network = where.open()) {
      RoundHistory history = new RoundHistory(network);
      PrintWriter out = out();
      List<Long> numbers = history.newest(count);
      if (numbers.isEmpty()) {
        out.println(
            "No round yet: one begins in each window of "
                + Times.span(history.reader().times().windowSeconds())
                + ", when three nodes of different owners are free and rested.");
      }
      for (long number : numbers) {
        history.reader().round(number).ifPresent(round -> out.println(line(round, network)));
      }
      out.flush();
      return CommandLine.ExitCode.OK;
    }
  }

  private static String line(RoundView round, ChainAccess network) {
    return "%d  %s  %-9s  %d nodes, %d answered"
        .formatted(
            round.number(),
            Times.at(round.beganSeconds(), network.nowSeconds()),
            RoundHistory.name(round.phase()),
            round.round().drawn().size(),
            round.revealed().size());
  }
}

package io.myelin.cli.queue;

import io.myelin.cli.MyelinCommand;
import io.myelin.cli.chain.ChainAccess;
import io.myelin.cli.chain.KeyOptions;
import io.myelin.cli.chain.NetworkOptions;
import io.myelin.cli.chain.Wallet;
import io.myelin.contracts.queue.QueueReader;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.TaskId;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Takes a task back. */
@Command(
    name = "cancel",
    mixinStandardHelpOptions = true,
    description = {
      "Take a task back. It costs nothing then; once every node has revealed it is too late."
    },
    footer = {"", "Example:", "  ./myelin queue cancel 90ab12cd"})
final class CancelCommand extends MyelinCommand {
  @Mixin private NetworkOptions where = new NetworkOptions();
  @Mixin private KeyOptions keys = new KeyOptions();

  @Parameters(paramLabel = "TASK", description = "Its id, or how it begins (at least 4 digits).")
  private String task = "";

  @Override
  public Integer call() {
    try (ChainAccess network = where.open()) {
      OperatorKey key = keys.open(network);
      TaskId id = new QueueSessions(network).task(key.address(), task);
      try (Wallet wallet = network.wallet(key, err())) {
        var _ =
            wallet.send(
                network.contracts().queue().cancel(QueueReader.word(id)), "cancel the task");
      }
      out().println("cancelled " + id);
      out().flush();
      return CommandLine.ExitCode.OK;
    }
  }
}

package io.myelin.cli.queue;

import io.myelin.cli.CommandException;
import io.myelin.cli.MyelinCommand;
import io.myelin.cli.chain.Amount;
import io.myelin.cli.chain.ChainAccess;
import io.myelin.cli.chain.KeyOptions;
import io.myelin.cli.chain.NetworkOptions;
import io.myelin.cli.chain.Wallet;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.protocol.crypto.OperatorKey;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Ends a session of the queue. */
@Command(
    name = "finish",
    mixinStandardHelpOptions = true,
    description = {
      "End a session of the queue that has no open task. What it did not spend is fetched back at",
      "once: nothing of it is disputable."
    },
    footer = {
      "",
      "Examples:",
      "  ./myelin queue finish               the account's newest session",
      "  ./myelin queue finish 4f1c0a93      the one whose id begins so"
    })
final class FinishCommand extends MyelinCommand {
  @Mixin private NetworkOptions where = new NetworkOptions();
  @Mixin private KeyOptions keys = new KeyOptions();

  @Option(names = "--no-withdraw", description = "Leave the credits in the contract.")
  private boolean noWithdraw;

  @Parameters(
      arity = "0..1",
      paramLabel = "SESSION",
      description = "Its id, or how it begins. Default: the newest.")
  private @Nullable String session;

  @Override
  public Integer call() {
    try (ChainAccess network = where.open()) {
      OperatorKey key = keys.open(network);
      QueueSessions.Live live = new QueueSessions(network).find(key.address(), session);
      if (live.ledger().openTasks() > 0) {
        throw new CommandException(
            "session "
                + live.id().shortHex()
                + " has "
                + live.ledger().openTasks()
                + " open tasks: wait for them, or take them back (./myelin queue show "
                + live.id().shortHex()
                + ", ./myelin queue cancel TASK)");
      }
      try (Wallet wallet = network.wallet(key, err())) {
        var _ =
            wallet.send(
                network.contracts().queue().finish(ChainTerms.forQueue(live.opened().brief())),
                "finish session " + live.id().shortHex());
        out().println("finished " + live.id());
        out().println("returned " + Amount.show(live.ledger().availableWei()));
        fetch(network, wallet);
      }
      out().flush();
      return CommandLine.ExitCode.OK;
    }
  }

  private void fetch(ChainAccess network, Wallet wallet) {
    BigInteger credits =
        network.contracts().payment().credits(wallet.address()).on(network.chain());
    if (noWithdraw || credits.signum() == 0) {
      return;
    }
    var _ =
        wallet.send(network.contracts().payment().withdraw(wallet.address()), "fetch the credits");
    out().println("fetched  " + Amount.show(credits));
  }
}

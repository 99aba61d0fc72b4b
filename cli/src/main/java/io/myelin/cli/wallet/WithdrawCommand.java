package io.myelin.cli.wallet;

import io.myelin.cli.MyelinCommand;
import io.myelin.cli.chain.AccountOptions;
import io.myelin.cli.chain.ChainAccess;
import io.myelin.cli.chain.KeyOptions;
import io.myelin.cli.chain.NetworkOptions;
import io.myelin.cli.chain.Wallet;
import io.myelin.cli.money.Credits;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Fetches credits into the wallet. */
@Command(
    name = "withdraw",
    mixinStandardHelpOptions = true,
    description = {
      "Fetch what was credited to the account: refunds, earnings, rewards.",
      "It goes to the account itself. Stakes are not credits: ./myelin stake --help."
    },
    footer = {
      "",
      "Examples:",
      "  ./myelin account withdraw",
      "  ./myelin account withdraw --keystore account.json",
      "  ./myelin account withdraw --for 0x1f9a...     its credits to it; your key pays the gas",
      "",
      "When ./myelin account money shows money that cannot be fetched yet, it says until when."
    })
final class WithdrawCommand extends MyelinCommand {
  @Mixin private NetworkOptions where = new NetworkOptions();

  @Mixin private KeyOptions keys = new KeyOptions();

  @Option(
      names = "--for",
      paramLabel = "ADDRESS",
      description = "Another account, which gets its own credits.")
  private @Nullable String other;

  @Override
  public Integer call() {
    try (ChainAccess network = where.open()) {
      OperatorKey key = keys.open(network);
      Address account = other != null ? AccountOptions.address("--for", other) : key.address();
      try (Wallet wallet = network.wallet(key, err())) {
        Credits.fetch(network, wallet, account, out());
      }
      out().flush();
      return CommandLine.ExitCode.OK;
    }
  }
}

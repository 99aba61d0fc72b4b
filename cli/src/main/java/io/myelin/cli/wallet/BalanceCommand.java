package io.myelin.cli.wallet;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.myelin.cli.MyelinCommand;
import io.myelin.cli.chain.AccountOptions;
import io.myelin.cli.chain.Amount;
import io.myelin.cli.chain.ChainAccess;
import io.myelin.cli.chain.NetworkOptions;
import io.myelin.protocol.ids.Address;
import java.math.BigInteger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The two numbers of a wallet. */
@Command(
    name = "balance",
    mixinStandardHelpOptions = true,
    description = "Tokens and ether in an account's wallet.",
    footer = {
      "",
      "Examples:",
      "  ./myelin account balance",
      "  ./myelin account balance --account 0x1f9a... --json",
      "",
      "What lies in escrow, credits and stakes is not in the wallet: ./myelin account money."
    })
final class BalanceCommand extends MyelinCommand {
  @Mixin private NetworkOptions where = new NetworkOptions();

  @Mixin private AccountOptions who = new AccountOptions();

  @Option(names = "--json", description = "Print JSON, in wei.")
  private boolean json;

  @Override
  public Integer call() {
    try (ChainAccess network = where.open()) {
      Address account = who.of(network);
      BigInteger tokens = network.contracts().token().balanceOf(account).on(network.chain());
      BigInteger ether = network.chain().balance(account);
      if (json) {
        out()
            .println(
                JsonNodeFactory.instance
                    .objectNode()
                    .put("account", account.toString())
                    .put("tokensWei", tokens.toString())
                    .put("etherWei", ether.toString())
                    .toPrettyString());
      } else {
        out().println(Amount.show(tokens));
        out().println(Amount.showEther(ether));
      }
      out().flush();
      return CommandLine.ExitCode.OK;
    }
  }
}

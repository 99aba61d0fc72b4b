package io.myelin.cli.money;

import io.myelin.cli.MyelinCommand;
import io.myelin.cli.chain.AccountOptions;
import io.myelin.cli.chain.ChainAccess;
import io.myelin.cli.chain.NetworkOptions;
import io.myelin.protocol.ids.Address;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where is my money: {@code account money}, and the same as {@code session money}. */
@Command(
    name = "money",
    mixinStandardHelpOptions = true,
    description = {
      "Where an account's money is, and what to type to get it.",
      "Wallet, escrow, spent, coming back, ready to be fetched, earned, staked.",
      "Worked out from the chain alone: it needs no gateway, no key and no file of yours."
    },
    footer = {
      "",
      "Examples:",
      "  ./myelin account money                          the devnet's client",
      "  ./myelin account money --account 0x1f9a...      anybody",
      "  ./myelin account money --json                   for programs, in wei",
      "  ./myelin account money --rpc https://rpc.example --directory 0x5fbd... --keystore account.json",
      "",
      "The sums at the end add up to the wei. What is in a session's challenge window belongs",
      "to whom it was settled to, and waits. docs/money.md tells the whole way."
    })
public final class MoneyCommand extends MyelinCommand {
  @Mixin private NetworkOptions where = new NetworkOptions();

  @Mixin private AccountOptions who = new AccountOptions();

  @Option(names = "--all", description = "Show sessions that are over, too.")
  private boolean all;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() {
    try (ChainAccess network = where.open()) {
      MoneyReport report = MoneyReader.now(network).report(who.of(network));
      Address queue = network.contracts().addresses().queue();
      if (json) {
        out().println(MoneyJson.write(report, queue));
        out().flush();
      } else {
        new MoneyScreen(report, queue, out()).print(all);
      }
      return CommandLine.ExitCode.OK;
    }
  }
}

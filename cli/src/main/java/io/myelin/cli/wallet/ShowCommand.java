package io.myelin.cli.wallet;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.cli.MyelinCommand;
import io.myelin.cli.chain.AccountOptions;
import io.myelin.cli.chain.Amount;
import io.myelin.cli.chain.ChainAccess;
import io.myelin.cli.chain.NetworkOptions;
import io.myelin.cli.money.AccountView;
import io.myelin.protocol.ids.Address;
import java.io.PrintWriter;
import java.math.BigInteger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What an account has. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    description = "An account: its address, ether, tokens, allowance, credits and stakes.",
    footer = {
      "",
      "Examples:",
      "  ./myelin account show                            the devnet's client",
      "  ./myelin account show --account 0x1f9a...        anybody, without a key",
      "  ./myelin account show --keystore account.json --rpc https://rpc.example \\",
      "      --directory 0x5fbd...",
      "",
      "./myelin account money goes further: it follows every session.",
      "./myelin account export-address prints a keystore's address without a network."
    })
final class ShowCommand extends MyelinCommand {
  @Mixin private NetworkOptions where = new NetworkOptions();

  @Mixin private AccountOptions who = new AccountOptions();

  @Option(names = "--json", description = "Print JSON, in wei.")
  private boolean json;

  @Override
  public Integer call() {
    try (ChainAccess network = where.open()) {
      Address account = who.of(network);
      AccountView view = AccountView.read(network, account);
      if (json) {
        out().println(json(view).toPrettyString());
      } else {
        print(view);
      }
      out().flush();
      return CommandLine.ExitCode.OK;
    }
  }

  private void print(AccountView view) {
    PrintWriter out = out();
    out.printf("%-12s %s%n", "address", view.account());
    out.printf("%-12s %s%n", "ether", Amount.showEther(view.etherWei()));
    out.printf("%-12s %s%n", "tokens", Amount.show(view.tokensWei()));
    out.printf(
        "%-12s %s may go into sessions' escrow%n", "allowance", Amount.show(view.allowanceWei()));
    out.printf("%-12s %s%n", "credits", Amount.show(view.creditsWei()));
    for (AccountView.Stake stake : view.stakes()) {
      out.printf(
          "%-12s %s  %s active, %s on its way out%n",
          stake.kind(),
          stake.key(),
          Amount.show(stake.activeWei()),
          Amount.show(stake.unbondingWei()));
    }
    if (view.creditsWei().signum() > 0) {
      out.println();
      out.println("Next: ./myelin account withdraw fetches the credits");
    } else if (view.etherWei().signum() == 0) {
      out.println();
      out.println("It has no ether: it cannot pay for a transaction.");
    }
  }

  private static ObjectNode json(AccountView view) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("account", view.account().toString());
    wei(json, "etherWei", view.etherWei());
    wei(json, "tokensWei", view.tokensWei());
    wei(json, "allowanceWei", view.allowanceWei());
    wei(json, "creditsWei", view.creditsWei());
    var stakes = json.putArray("stakes");
    for (AccountView.Stake stake : view.stakes()) {
      ObjectNode entry = stakes.addObject();
      entry.put("kind", stake.kind());
      entry.put("key", stake.key().toString());
      wei(entry, "activeWei", stake.activeWei());
      wei(entry, "unbondingWei", stake.unbondingWei());
      entry.put("withdrawableAtSeconds", stake.withdrawableAtSeconds());
    }
    return json;
  }

  private static void wei(ObjectNode json, String name, BigInteger wei) {
    json.put(name, wei.toString());
  }
}

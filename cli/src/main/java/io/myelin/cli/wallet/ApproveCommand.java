package io.myelin.cli.wallet;

import io.myelin.cli.MyelinCommand;
import io.myelin.cli.chain.Amount;
import io.myelin.cli.chain.ChainAccess;
import io.myelin.cli.chain.Confirmation;
import io.myelin.cli.chain.KeyOptions;
import io.myelin.cli.chain.NetworkOptions;
import io.myelin.cli.chain.Wallet;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Lets the payment contract take budgets into escrow. */
@Command(
    name = "approve",
    mixinStandardHelpOptions = true,
    description = {
      "Allow the payment contract to take so much into escrow.",
      "It is for the budgets of the sessions you sign.",
      "It takes a session's budget when the session opens, and nothing else."
    },
    footer = {
      "",
      "Examples:",
      "  ./myelin account approve 100",
      "  ./myelin account approve 0           takes the allowance back",
      "",
      "The amount replaces what was allowed before."
    })
final class ApproveCommand extends MyelinCommand {
  @Mixin private NetworkOptions where = new NetworkOptions();

  @Mixin private KeyOptions keys = new KeyOptions();

  @Mixin private Confirmation confirmation = new Confirmation();

  @Parameters(
      paramLabel = "AMOUNT",
      converter = Amount.Converter.class,
      description = "12.5, \"12.5 MYL\" or 1000wei.")
  @SuppressWarnings("NullAway.Init") // required, so picocli sets it
  private Amount amount;

  @Override
  public Integer call() {
    try (ChainAccess network = where.open()) {
      OperatorKey key = keys.open(network);
      Address payment = network.contracts().addresses().payment();
      confirmation.ask(
          out(),
          "InferencePayment (" + payment + ") may take " + amount + " of " + key.address() + ".");
      try (Wallet wallet = network.wallet(key, err())) {
        wallet.send(
            network.contracts().token().approve(payment, amount.wei()), "approve " + amount);
      }
      out()
          .println(
              "Allowed: "
                  + Amount.show(
                      network
                          .contracts()
                          .token()
                          .allowance(key.address(), payment)
                          .on(network.chain())));
      out().println("Next: ./myelin session open");
      out().flush();
      return CommandLine.ExitCode.OK;
    }
  }
}

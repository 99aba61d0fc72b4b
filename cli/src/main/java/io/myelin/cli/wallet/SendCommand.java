package io.myelin.cli.wallet;

import io.myelin.chain.transaction.Inclusion;
import io.myelin.cli.CommandException;
import io.myelin.cli.MyelinCommand;
import io.myelin.cli.chain.AccountOptions;
import io.myelin.cli.chain.Amount;
import io.myelin.cli.chain.ChainAccess;
import io.myelin.cli.chain.Confirmation;
import io.myelin.cli.chain.KeyOptions;
import io.myelin.cli.chain.NetworkOptions;
import io.myelin.cli.chain.Wallet;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import java.math.BigInteger;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Moves tokens, or ether, to another account. */
@Command(
    name = "send",
    mixinStandardHelpOptions = true,
    description = "Send tokens to another account.",
    footer = {
      "",
      "Examples:",
      "  ./myelin account send 12.5 0x1f9a...",
      "  ./myelin account send \"12.5 MYL\" 0x1f9a... --keystore account.json",
      "  ./myelin account send 0.1 0x1f9a... --ether        so that it can pay for gas",
      "",
      "Typed again it is sent again, but for a command that was cut short: that one is taken up."
    })
final class SendCommand extends MyelinCommand {
  @Mixin private NetworkOptions where = new NetworkOptions();

  @Mixin private KeyOptions keys = new KeyOptions();

  @Mixin private Confirmation confirmation = new Confirmation();

  @Option(names = "--ether", description = "Send the chain's own coin instead of tokens.")
  private boolean ether;

  @Parameters(
      index = "0",
      paramLabel = "AMOUNT",
      converter = Amount.Converter.class,
      description = "12.5, \"12.5 MYL\" or 1000wei.")
  @SuppressWarnings("NullAway.Init") // required, so picocli sets it
  private Amount amount;

  @Parameters(index = "1", paramLabel = "ADDRESS", description = "Who gets it.")
  @SuppressWarnings("NullAway.Init") // required, so picocli sets it
  private String to;

  @Override
  public Integer call() {
    Address receiver = AccountOptions.address("ADDRESS", to);
    if (amount.isZero()) {
      throw wrong("AMOUNT: " + amount + " (expected: above 0)");
    }
    if (receiver.equals(Address.ZERO)) {
      throw wrong("ADDRESS: " + receiver + " is nobody's; what is sent there is lost");
    }
    try (ChainAccess network = where.open()) {
      OperatorKey key = keys.open(network);
      refuseAContract(network, receiver);
      String sum = ether ? Amount.showEther(amount.wei()) : amount.toString();
      confirmation.ask(
          out(), "From " + key.address() + " to " + receiver + ": " + sum + ", plus gas.");
      Inclusion inclusion;
      try (Wallet wallet = network.wallet(key, err())) {
        inclusion =
            ether
                ? wallet.pay(receiver, amount.wei(), "send " + sum)
                : wallet.send(
                    network.contracts().token().transfer(receiver, amount.wei()), "send " + sum);
      }
      out().println("Sent in transaction 0x" + inclusion.transaction() + ".");
      out()
          .println(
              "  left   "
                  + Amount.show(balance(network, key.address()))
                  + ", "
                  + Amount.showEther(network.chain().balance(key.address())));
      out().println("  there  " + Amount.show(balance(network, receiver)));
      out().flush();
      return CommandLine.ExitCode.OK;
    }
  }

  private static BigInteger balance(ChainAccess network, Address account) {
    return network.contracts().token().balanceOf(account).on(network.chain());
  }

  /** Tokens that are sent to one of the network's contracts never come out again. */
  private static void refuseAContract(ChainAccess network, Address receiver) {
    var own = network.contracts().addresses();
    if (List.of(
            network.contracts().directory().address(),
            own.token(),
            own.parameters(),
            own.validators(),
            own.subnets(),
            own.nodes(),
            own.payment(),
            own.sessions(),
            own.queue(),
            own.stats(),
            own.cognitive())
        .contains(receiver)) {
      throw new CommandException(
          receiver
              + " is a contract of the network: what is sent there is lost (to stake or to open a"
              + " session see ./myelin stake --help and ./myelin session open --help)");
    }
  }
}

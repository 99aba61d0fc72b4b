package io.myelin.cli.subnet;

import io.myelin.cli.CommandException;
import io.myelin.cli.MyelinCommand;
import io.myelin.cli.chain.ChainAccess;
import io.myelin.cli.chain.Confirmation;
import io.myelin.cli.chain.KeyOptions;
import io.myelin.cli.chain.NetworkOptions;
import io.myelin.cli.chain.Wallet;
import io.myelin.contracts.SubnetRegistry;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.settlement.SessionTail;
import io.myelin.protocol.subnet.ListedModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Publishes another price of a listed model. */
@Command(
    name = "price",
    mixinStandardHelpOptions = true,
    description = {
      "Publish another price of a listed model. Open sessions keep theirs; for a while the",
      "version before can still be quoted."
    },
    footer = {
      "",
      "Example:",
      "  ./myelin subnet price chat smollm2-135m-instruct=2/5 --keystore owner.json"
    })
final class PriceCommand extends MyelinCommand {
  @Mixin private NetworkOptions where = new NetworkOptions();
  @Mixin private KeyOptions keys = new KeyOptions();
  @Mixin private Confirmation confirmation = new Confirmation();

  @Parameters(index = "0", paramLabel = "SUBNET", description = "Its id, or the name you gave it.")
  private String subnet = "";

  @Parameters(
      index = "1",
      paramLabel = "ID=IN/OUT",
      converter = PricedModel.Converter.class,
      description = "The model; gwei for a token of the prompt and of the answer.")
  @SuppressWarnings("NullAway.Init") // required, so picocli sets it
  private PricedModel priced;

  @Override
  public Integer call() {
    try (ChainAccess network = where.open()) {
      OperatorKey key = keys.open(network);
      Digest id = SubnetReader.id(subnet, key::address);
      SubnetState before = new SubnetReader(network).one(id);
      SubnetOwner.require(before, key.address(), "subnet price");
      SubnetState.Listed listed =
          before
              .model(priced.model())
              .orElseThrow(
                  () ->
                      new CommandException(
                          "the subnet does not list "
                              + priced.model()
                              + ": ./myelin subnet create NAME --model "
                              + priced.model()
                              + "="
                              + priced.price()
                              + " lists it"));
      requirePrice(listed);
      confirmation.ask(
          out(),
          "%s: %s gwei a token become %s."
              .formatted(priced.model(), listed.priced().price(), priced.price()));
      SubnetRegistry registry = network.contracts().subnets();
      try (Wallet wallet = network.wallet(key, err())) {
        var _ =
            wallet.send(
                registry.publishPrice(
                    id,
                    SessionTail.modelIdOf(priced.model()),
                    priced.inputWei(),
                    priced.outputWei()),
                "publish the price of " + priced.model());
      }
      SubnetPrinter.print(new SubnetReader(network).one(id), out());
      out().flush();
      return 0;
    }
  }

  private void requirePrice(SubnetState.Listed listed) {
    try {
      ListedModel _ = priced.with(listed.weightsDigest());
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()), e);
    }
  }
}

package io.myelin.cli.subnet;

import io.myelin.cli.MyelinCommand;
import io.myelin.cli.chain.AccountOptions;
import io.myelin.cli.chain.ChainAccess;
import io.myelin.cli.chain.NetworkOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows one subnet. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    description = {
      "One subnet: models, prices with their versions, weights, gateways.",
      "Compute nodes are not on the chain by subnet: its gateways show them, /api/v1/nodes."
    },
    footer = {
      "",
      "Examples:",
      "  ./myelin subnet show 90ab...",
      "  ./myelin subnet show chat --account 0x1f9a...   the one that this owner created as chat"
    })
final class ShowCommand extends MyelinCommand {
  @Mixin private NetworkOptions where = new NetworkOptions();
  @Mixin private AccountOptions owner = new AccountOptions();

  @Option(names = "--json", description = "Print JSON, in wei.")
  private boolean json;

  @Parameters(
      paramLabel = "SUBNET",
      description = "Its id, 64 hex digits, or the name its owner (--account) gave it.")
  private String subnet = "";

  @Override
  public Integer call() {
    try (ChainAccess network = where.open()) {
      SubnetState found =
          new SubnetReader(network).one(SubnetReader.id(subnet, () -> owner.of(network)));
      if (json) {
        out().println(SubnetPrinter.json(found).toPrettyString());
      } else {
        SubnetPrinter.print(found, out());
      }
      out().flush();
      return 0;
    }
  }
}

package io.myelin.cli.subnet;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.myelin.cli.MyelinCommand;
import io.myelin.cli.chain.ChainAccess;
import io.myelin.cli.chain.NetworkOptions;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists all subnets. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description = "All subnets of the chain, with their models and how many gateways are ready.",
    footer = {"", "Examples:", "  ./myelin subnet list", "  ./myelin subnet list --json"})
final class ListCommand extends MyelinCommand {
  @Mixin private NetworkOptions where = new NetworkOptions();

  @Option(names = "--json", description = "Print JSON, in wei.")
  private boolean json;

  @Override
  public Integer call() {
    try (ChainAccess network = where.open()) {
      List<SubnetState> all = new SubnetReader(network).all();
      if (json) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        all.forEach(subnet -> array.add(SubnetPrinter.json(subnet)));
        out().println(array.toPrettyString());
      } else if (all.isEmpty()) {
        out().println("There is no subnet yet: ./myelin subnet create --help");
      } else {
        all.forEach(subnet -> out().println(line(subnet)));
      }
      out().flush();
      return 0;
    }
  }

  private static String line(SubnetState subnet) {
    long ready = subnet.gateways().stream().filter(SubnetState.Gateway::ready).count();
    String models =
        subnet.models().stream()
            .map(listed -> listed.priced().model())
            .collect(Collectors.joining(", "));
    return "0x%s  %d of %d gateways ready  %s"
        .formatted(
            subnet.id(),
            ready,
            subnet.gateways().size(),
            models.isEmpty() ? "no models yet" : models);
  }
}

package io.myelin.cli.subnet;

import io.myelin.cli.CommandException;
import io.myelin.cli.Folders;
import io.myelin.cli.MyelinCommand;
import io.myelin.cli.chain.AccountOptions;
import io.myelin.cli.chain.ChainAccess;
import io.myelin.cli.chain.Confirmation;
import io.myelin.cli.chain.KeyOptions;
import io.myelin.cli.chain.NetworkOptions;
import io.myelin.cli.chain.Wallet;
import io.myelin.cli.model.ConsoleProgress;
import io.myelin.engine.catalogue.ModelCatalogue;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Brings a gateway or a compute node into a subnet. */
@Command(
    name = "join",
    mixinStandardHelpOptions = true,
    description = {
      "Join a subnet.",
      "With --gateway: the subnet's owner admits that gateway, which has a bond already.",
      "Without: on the machine of a compute node. Reads the subnet's models from the chain, fetches",
      "them, checks each file's SHA-256 against the chain's, and writes the node's configuration."
    },
    footer = {
      "",
      "Examples:",
      "  ./myelin subnet join 90ab...                        a compute node, all models",
      "  ./myelin subnet join 90ab... --model smollm2-135m-instruct --write node.properties",
      "  ./myelin subnet join 90ab... --gateway 0x1f9a... --keystore owner.json",
      "",
      "A gateway whose owner is not the subnet's sends its address to that owner."
    })
final class JoinCommand extends MyelinCommand {
  @Mixin private NetworkOptions where = new NetworkOptions();
  @Mixin private KeyOptions keys = new KeyOptions();
  @Mixin private Confirmation confirmation = new Confirmation();

  @Option(
      names = "--gateway",
      paramLabel = "ADDRESS",
      description = "The gateway's key, as ./myelin stake gateway show lists it.")
  private @Nullable String gateway;

  @Option(
      names = "--model",
      paramLabel = "ID",
      description = "Serve only this model of the subnet's (repeatable). Default: all of them.")
  private List<String> models = List.of();

  @Option(
      names = "--write",
      paramLabel = "FILE",
      description =
          "Where the node's configuration goes. Default: node.properties in the user's state folder.")
  private @Nullable Path write;

  @Parameters(
      paramLabel = "SUBNET",
      description = "Its id, 64 hex digits, or the name you gave it.")
  private String subnet = "";

  @Override
  public Integer call() {
    if (gateway != null && (!models.isEmpty() || write != null)) {
      throw wrong("--gateway goes without --model and --write: those are a compute node's");
    }
    try (ChainAccess network = where.open()) {
      Digest id = SubnetReader.id(subnet, () -> keys.address(network));
      SubnetState found = new SubnetReader(network).one(id);
      if (gateway != null) {
        admit(network, found, AccountOptions.address("--gateway", gateway));
      } else {
        fetch(network, found);
      }
      out().flush();
      return 0;
    }
  }

  private void admit(ChainAccess network, SubnetState found, Address address) {
    if (network.contracts().subnets().gateways(address).on(network.chain()).owner().isZero()) {
      throw new CommandException(
          "gateway "
              + address
              + " has no bond yet: ./myelin stake gateway add registers it, then say this again");
    }
    if (found.gateways().stream().anyMatch(one -> one.address().equals(address))) {
      out().println("Gateway " + address + " is admitted already.");
    } else {
      OperatorKey key = keys.open(network);
      SubnetOwner.require(
          found, key.address(), "subnet join " + found.id() + " --gateway " + address);
      confirmation.ask(out(), "Subnet 0x" + found.id() + " admits gateway " + address + ".");
      try (Wallet wallet = network.wallet(key, err())) {
        var _ =
            wallet.send(
                network.contracts().subnets().admit(found.id(), address, true),
                "admit the gateway");
      }
      out().println("Gateway " + address + " is admitted.");
    }
    out().println("Next: start it with --subnet " + found.id() + ", ./myelin gateway --help");
  }

  private void fetch(ChainAccess network, SubnetState found) {
    NodeModels wanted = NodeModels.of(found, models);
    ModelCatalogue catalogue = ModelCatalogue.ofThisUser();
    try (ConsoleProgress progress = ConsoleProgress.onStandardError()) {
      wanted.fetch(catalogue, progress, line -> out().println(line));
    }
    Path file = write != null ? write : Folders.state().resolve("node.properties");
    try {
      Path folder = file.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      Files.writeString(file, wanted.configuration(network.contracts()));
    } catch (IOException e) {
      throw new CommandException(file + " cannot be written: " + e.getMessage(), e);
    }
    out().println("The node's configuration: " + file);
    out().println();
    out().println("Next: stake the node, ./myelin stake node add --help, and start it:");
    out().println("  ./myelin compute --config " + file + " --gateway URL");
    found.gateways().stream()
        .filter(SubnetState.Gateway::ready)
        .forEach(one -> out().println("The subnet's gateway " + one.address() + " is ready."));
  }
}

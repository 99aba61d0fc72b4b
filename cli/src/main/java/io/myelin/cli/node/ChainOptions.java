package io.myelin.cli.node;

import io.myelin.chain.local.LocalChainSettings;
import io.myelin.cli.CommandException;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of a node that works on a chain. */
final class ChainOptions {
  /** Their keys in a configuration file. */
  static final Set<String> KEYS =
      Set.of("rpc", "chain-id", "directory", "subnet", "validator", "first-block");

  @Option(
      names = "--rpc",
      paramLabel = "URL",
      description = "An endpoint of the chain, http or ws (repeatable: others stand in for it).")
  private List<String> rpc = List.of();

  @Option(
      names = "--chain-id",
      paramLabel = "N",
      description = "The chain's number (default 31337, a local chain).")
  private @Nullable String chainId;

  @Option(
      names = "--directory",
      paramLabel = "ADDRESS",
      description = "The network's directory contract, which names all others.")
  private @Nullable String directory;

  @Option(
      names = "--subnet",
      paramLabel = "ID",
      description = {
        "A subnet that the gateway is admitted to, 64 hex digits (repeatable).",
        "Sessions for any model are opened in the first."
      })
  private List<String> subnets = List.of();

  @Option(
      names = "--validator",
      paramLabel = "URL",
      description = "A validator to ask when a committee has to agree (repeatable).")
  private List<String> validators = List.of();

  @Option(
      names = "--first-block",
      paramLabel = "N",
      description = "The block that the network was deployed in; nothing older is read.")
  private @Nullable String firstBlock;

  /** Whether a user named a chain at all. */
  boolean isGiven(ConfigFile file) {
    return !file.list("rpc", rpc).isEmpty();
  }

  /** What was typed for {@code --chain-id}; empty when nothing was. */
  String chainId(ConfigFile file) {
    return file.text("chain-id", chainId, "");
  }

  /** What was typed for {@code --directory}; empty when nothing was. */
  String directory(ConfigFile file) {
    return file.text("directory", directory, "");
  }

  /**
   * The chain that a user named, for a node that asks committees and need not belong to a subnet.
   *
   * @param finds whether it finds validators by itself
   * @throws CommandException when something is missing
   */
  ChainLink asking(ConfigFile file, boolean finds) {
    ChainLink link = link(file, false, true);
    requireValidators(link.validators(), finds);
    return file.list("subnet", subnets).isEmpty() ? link : link.serving(subnets(file));
  }

  /** The chain that a user named, for a node that asks nobody. */
  ChainLink link(ConfigFile file) {
    return link(file, false, true);
  }

  private static void requireValidators(List<URI> named, boolean finds) {
    if (!finds && named.isEmpty()) {
      throw CommandException.usage(
          "--validator is missing (expected: http://host:port of each validator of the network; or"
              + " --bootstrap enr:... to find them)");
    }
  }

  /**
   * The chain that a user named.
   *
   * @param needsSubnet whether the node belongs to a subnet and asks committees
   * @param finds whether it finds validators by itself
   */
  ChainLink link(ConfigFile file, boolean needsSubnet, boolean finds) {
    List<URI> endpoints = file.list("rpc", rpc).stream().map(url -> address("rpc", url)).toList();
    if (endpoints.isEmpty()) {
      throw CommandException.usage(
          "--rpc is missing (expected: for example http://127.0.0.1:8545; devnet.json names the"
              + " devnet's under chain.rpc)");
    }
    List<URI> committee =
        file.list("validator", validators).stream().map(url -> address("validator", url)).toList();
    requireValidators(committee, finds);
    return new ChainLink(
        endpoints,
        number("chain-id", file.text("chain-id", chainId, "" + LocalChainSettings.CHAIN_ID)),
        parse("directory", file.text("directory", directory, ""), Address::parse),
        needsSubnet ? subnets(file) : List.of(),
        committee,
        number("first-block", file.text("first-block", firstBlock, "0")));
  }

  private List<Digest> subnets(ConfigFile file) {
    List<Digest> found =
        file.list("subnet", subnets).stream()
            .map(id -> parse("subnet", bare(id), Digest::parse))
            .distinct()
            .toList();
    if (found.isEmpty()) {
      throw CommandException.usage(
          "--subnet is missing; ./myelin subnet list shows those there are");
    }
    return found;
  }

  private static String bare(String hex) {
    return hex.startsWith("0x") ? hex.substring(2) : hex;
  }

  private static URI address(String option, String text) {
    if (!text.matches("(https?|wss?)://[^\\s]+")) {
      throw CommandException.usage(
          "--" + option + ": " + text + " (expected: http://host:port, or https, ws, wss)");
    }
    return URI.create(text);
  }

  private static <T> T parse(String option, String text, Function<String, T> parser) {
    if (text.isEmpty()) {
      throw CommandException.usage("--" + option + " is missing; see --help");
    }
    try {
      return parser.apply(text);
    } catch (IllegalArgumentException e) {
      throw CommandException.usage("--" + option + ": " + e.getMessage());
    }
  }

  private static long number(String option, String text) {
    if (!text.matches("[0-9]{1,18}")) {
      throw CommandException.usage("--" + option + ": " + text + " (expected: a number)");
    }
    return Long.parseLong(text);
  }
}

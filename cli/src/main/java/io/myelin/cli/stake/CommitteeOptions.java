package io.myelin.cli.stake;

import io.myelin.cli.CommandException;
import io.myelin.cli.chain.ChainAccess;
import io.myelin.client.Endpoint;
import io.myelin.client.NetworkFinder;
import io.myelin.committee.CommitteeClient;
import io.myelin.committee.CommitteeSettings;
import io.myelin.protocol.crypto.OperatorKey;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which validators are asked. */
final class CommitteeOptions {
  @Option(
      names = "--validator",
      paramLabel = "URL",
      description = "A validator to ask (repeatable). Default: the devnet's.")
  private List<String> validators = List.of();

  @Option(
      names = "--network",
      paramLabel = "ENR",
      description = "Find the validators through a registry node, by its record or its file.")
  private @Nullable String registry;

  /**
   * Where they are.
   *
   * @throws CommandException when none is known
   */
  List<URI> urls(ChainAccess network) {
    if (registry != null) {
      return NetworkFinder.validators(NetworkFinder.records(registry));
    }
    List<URI> known =
        validators.isEmpty()
            ? network.devnetValidators()
            : validators.stream().map(Endpoint::address).toList();
    if (known.isEmpty()) {
      throw CommandException.usage(
          "--validator is missing (expected: http://host:port of each validator, or --network with"
              + " a registry node's record)");
    }
    return known;
  }

  /** Asks them with somebody's key; the caller closes it. */
  CommitteeClient connect(ChainAccess network, OperatorKey asker) {
    return CommitteeClient.connect(
        urls(network), network.chain(), network.contracts(), asker, CommitteeSettings.standard());
  }
}

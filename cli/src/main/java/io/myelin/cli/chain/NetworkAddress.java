package io.myelin.cli.chain;

import com.fasterxml.jackson.databind.JsonNode;
import io.myelin.cli.CommandException;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which network, and how to reach its chain.
 *
 * @param endpoints of the chain, the preferred ones first
 * @param directory the contract that names all others
 * @param chainId that the chain must have, when it is known beforehand
 * @param devnet what the running devnet says of itself, when it is that one's network
 */
record NetworkAddress(
    List<URI> endpoints, Address directory, OptionalLong chainId, Optional<Devnet> devnet) {
  /** Environment variable: addresses of the chain, separated by commas. */
  static final String RPC = "MYELIN_RPC";

  /** Environment variable: the directory's address. */
  static final String DIRECTORY = "MYELIN_DIRECTORY";

  /** Copies. */
  NetworkAddress {
    endpoints = List.copyOf(endpoints);
  }

  /**
   * What {@code devnet.json} says that commands of an account need.
   *
   * @param data its folder
   * @param client the account its client has
   * @param keyFile that account's key
   * @param validators where they answer
   * @param subnet that lists its models
   * @param model the first that its nodes serve
   */
  record Devnet(
      Path data,
      Optional<Address> client,
      Optional<Path> keyFile,
      List<URI> validators,
      Optional<Digest> subnet,
      Optional<String> model) {
    /** Copies. */
    Devnet {
      validators = List.copyOf(validators);
    }
  }

  /**
   * From what was given; what was not comes from the environment, then from the devnet that runs.
   *
   * @param rpc as typed; may be empty
   * @param directory as typed
   * @param data the devnet's folder
   * @param devnet the text of its {@code devnet.json}; null when there is none
   * @param environment value of a variable, or an empty text
   * @throws CommandException when something is missing or cannot be meant
   */
  static NetworkAddress find(
      List<String> rpc,
      @Nullable String directory,
      Path data,
      @Nullable JsonNode devnet,
      UnaryOperator<String> environment) {
    List<URI> given =
        (rpc.isEmpty() ? Arrays.stream(environment.apply(RPC).split(",")) : rpc.stream())
            .map(String::strip)
            .filter(text -> !text.isEmpty())
            .map(NetworkAddress::endpoint)
            .toList();
    Optional<Address> contract =
        Stream.of(directory == null ? "" : directory, environment.apply(DIRECTORY))
            .filter(text -> !text.isBlank())
            .findFirst()
            .map(NetworkAddress::contract);
    JsonNode chain = devnet == null ? null : devnet.path("chain");
    if (devnet == null || chain == null || !chain.path("rpc").isTextual()) {
      return foreign(given, contract, data, devnet != null);
    }
    URI own = endpoint(chain.path("rpc").asText());
    Address ownDirectory = contract(chain.path("contracts").path("MyelinDirectory").asText());
    boolean isDevnet =
        (given.isEmpty() || given.contains(own))
            && contract.orElse(ownDirectory).equals(ownDirectory);
    if (!isDevnet) {
      return foreign(given, contract, data, true);
    }
    JsonNode client = devnet.path("client");
    return new NetworkAddress(
        given.isEmpty() ? List.of(own) : given,
        ownDirectory,
        OptionalLong.of(chain.path("chainId").asLong()),
        Optional.of(
            new Devnet(
                data,
                text(client, "address").map(NetworkAddress::contract),
                text(client, "keyFile").map(Path::of),
                validators(devnet),
                text(chain, "subnet").map(hex -> Digest.parse(hex.replaceFirst("^0x", ""))),
                text(devnet.path("compute").path(0), "model"))));
  }

  private static NetworkAddress foreign(
      List<URI> given, Optional<Address> contract, Path data, boolean devnetRuns) {
    if (given.isEmpty()) {
      throw new CommandException(
          devnetRuns
              ? "no chain known: the devnet in " + data + " has none of this directory; give --rpc"
              : "no chain known: start a network with ./myelin devnet, or give --rpc and"
                  + " --directory (looked for "
                  + data.resolve("devnet.json")
                  + ")");
    }
    return new NetworkAddress(
        given,
        contract.orElseThrow(
            () ->
                new CommandException(
                    "no directory known: give --directory ADDRESS (or "
                        + DIRECTORY
                        + "), the MyelinDirectory of the network on that chain")),
        OptionalLong.empty(),
        Optional.empty());
  }

  private static List<URI> validators(JsonNode devnet) {
    List<URI> validators = new ArrayList<>();
    devnet
        .path("validators")
        .forEach(one -> text(one, "url").map(URI::create).ifPresent(validators::add));
    return validators;
  }

  private static Optional<String> text(JsonNode json, String field) {
    return Optional.of(json.path(field).asText("")).filter(text -> !text.isEmpty());
  }

  private static URI endpoint(String text) {
    try {
      URI uri = new URI(text);
      if (List.of("http", "https", "ws", "wss").contains(String.valueOf(uri.getScheme()))
          && uri.getHost() != null) {
        return uri;
      }
    } catch (URISyntaxException e) {
      // Told below.
    }
    throw CommandException.usage(
        "--rpc: " + text + " (expected: http://host:port, or https, ws, wss)");
  }

  private static Address contract(String text) {
    try {
      return Address.parse(text);
    } catch (IllegalArgumentException e) {
      throw CommandException.usage("--directory: " + e.getMessage());
    }
  }
}

package io.myelin.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import io.myelin.cli.CommandException;
import io.myelin.cli.Folders;
import io.myelin.protocol.ids.Address;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of a command that talks to a gateway as a client: which one, and with which key. */
public final class GatewayOptions {
  @Option(
      names = "--gateway",
      paramLabel = "URL",
      description = "The gateway's address (or MYELIN_GATEWAY). Default: the running devnet's.")
  private @Nullable String gateway;

  @Option(
      names = "--network",
      paramLabel = "NETWORK",
      description = {
        "Find a gateway by the record, enr:..., of a registry node, by a file that holds some, or",
        "by the network's directory on a chain: 0x5fb1...@https://rpc.example.",
        "With --key: the gateway of that session."
      })
  private @Nullable String network;

  @Option(
      names = "--key",
      paramLabel = "KEY",
      description = "The session's bearer key (or MYELIN_API_KEY).")
  private @Nullable String key;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The devnet's data folder, where its address and keys are looked up.")
  private @Nullable Path data;

  /** The gateway and the key to use there. */
  public Endpoint endpoint() {
    return endpoint("");
  }

  /**
   * The gateway and the key to use there.
   *
   * @param model that a gateway which is found must serve; empty or {@code *} for any
   */
  public Endpoint endpoint(String model) {
    if (network == null) {
      return Endpoint.find(gateway, key, devnetData());
    }
    if (gateway != null) {
      throw CommandException.usage("--network and --gateway: one is enough");
    }
    return found(gateways(network), model.equals(ClientSession.ANY_MODEL) ? "" : model);
  }

  /**
   * Every gateway that is known from here: those of the network's record, else the devnet's, else
   * the one that is used.
   */
  public List<URI> gateways(Endpoint used) {
    if (network != null) {
      return gateways(network);
    }
    Path file = devnetData().resolve("devnet.json");
    List<URI> all = new ArrayList<>();
    if (Files.isReadable(file)) {
      for (JsonNode one : Endpoint.readDevnet(file).path("gateways")) {
        all.add(URI.create(one.path("url").asText()));
      }
    }
    return all.contains(used.url()) ? all : List.of(used.url());
  }

  private static List<URI> gateways(String network) {
    int at = network.indexOf('@');
    if (!network.startsWith("0x") || at < 0) {
      return NetworkFinder.gateways(NetworkFinder.records(network));
    }
    try {
      URI rpc = URI.create(network.substring(at + 1));
      if (rpc.getHost() != null) {
        return NetworkFinder.gateways(rpc, Address.parse(network.substring(0, at)));
      }
    } catch (IllegalArgumentException e) {
      // As below.
    }
    throw CommandException.usage(
        "--network: "
            + network
            + " (expected: the directory's address, @, and where its chain answers, for example"
            + " 0x5fb1...@http://127.0.0.1:8545)");
  }

  private Endpoint found(List<URI> gateways, String model) {
    String named = key != null ? key : System.getenv("MYELIN_API_KEY");
    String chosen = named == null ? "" : named;
    List<String> failures = new ArrayList<>();
    for (URI url : gateways) {
      Endpoint endpoint = new Endpoint(url, chosen);
      try (GatewayClient client = new GatewayClient(endpoint)) {
        // A session's key opens its own gateway only.
        JsonNode said = client.get(chosen.isEmpty() ? "/api/v1/subnets" : "/api/v1/sessions");
        boolean serves = !chosen.isEmpty() || model.isEmpty() || serves(said, model);
        if (serves) {
          return endpoint;
        }
        failures.add(url + ": does not serve " + model);
      } catch (CommandException e) {
        failures.add(url + ": " + e.getMessage());
      }
    }
    throw new CommandException(
        "none of the network's gateways "
            + (chosen.isEmpty() ? "serves what is asked for" : "knows this key")
            + ": "
            + String.join("; ", failures));
  }

  private static boolean serves(JsonNode subnets, String model) {
    for (JsonNode subnet : subnets.path("subnets")) {
      for (JsonNode offered : subnet.path("models")) {
        if (offered.path("id").asText().equals(model)) {
          return true;
        }
      }
    }
    return false;
  }

  /** Where the devnet keeps its address and keys. */
  public Path devnetData() {
    return data != null ? data : Folders.devnet();
  }
}

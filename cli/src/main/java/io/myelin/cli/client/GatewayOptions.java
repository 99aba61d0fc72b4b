package io.myelin.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import io.myelin.cli.CommandException;
import io.myelin.cli.Folders;
import io.myelin.client.Endpoint;
import io.myelin.client.MyelinNetwork;
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
      return KnownGateway.find(gateway, key, devnetData());
    }
    if (gateway != null) {
      throw CommandException.usage("--network and --gateway: one is enough");
    }
    String named = key != null ? key : System.getenv("MYELIN_API_KEY");
    MyelinNetwork found = MyelinNetwork.find(network);
    return named == null || named.isEmpty()
        ? new Endpoint(found.gatewayFor(model), "")
        : found.gatewayOf(named);
  }

  /**
   * Every gateway that is known from here: those of the network's record, else the devnet's, else
   * the one that is used.
   */
  public List<URI> gateways(Endpoint used) {
    if (network != null) {
      return MyelinNetwork.find(network).gateways();
    }
    Path file = devnetData().resolve("devnet.json");
    List<URI> all = new ArrayList<>();
    if (Files.isReadable(file)) {
      for (JsonNode one : KnownGateway.readDevnet(file).path("gateways")) {
        all.add(URI.create(one.path("url").asText()));
      }
    }
    return all.contains(used.url()) ? all : List.of(used.url());
  }

  /** Where the devnet keeps its address and keys. */
  public Path devnetData() {
    return data != null ? data : Folders.devnet();
  }
}

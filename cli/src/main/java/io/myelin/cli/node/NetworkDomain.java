package io.myelin.cli.node;

import com.fasterxml.jackson.databind.JsonNode;
import io.myelin.cli.CommandException;
import io.myelin.client.ClientException;
import io.myelin.client.Endpoint;
import io.myelin.client.GatewayClient;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.typeddata.Eip712Domain;
import java.net.URI;
import java.time.Duration;

/** In which network a node signs. */
final class NetworkDomain {
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private NetworkDomain() {}

  /**
   * The network that the user named, or else the one that the gateway says it is in. A gateway that
   * lies gets signatures that no contract takes.
   */
  static Eip712Domain of(String chainId, String directory, URI gateway) {
    if (chainId.isEmpty() && directory.isEmpty()) {
      return asked(gateway);
    }
    if (!chainId.matches("[0-9]{1,18}")) {
      throw CommandException.usage(
          "--chain-id: " + chainId + " (expected: a number, together with --directory)");
    }
    try {
      return new Eip712Domain(Long.parseLong(chainId), Address.parse(directory));
    } catch (IllegalArgumentException e) {
      throw CommandException.usage("--directory: " + e.getMessage());
    }
  }

  private static Eip712Domain asked(URI gateway) {
    boolean told = false;
    while (true) {
      try (GatewayClient client = new GatewayClient(new Endpoint(gateway, ""))) {
        return read(client.get("/api/v1/network"));
      } catch (ClientException e) {
        if (!told) {
          System.err.println("waiting for the gateway: " + e.getMessage());
          told = true;
        }
      }
      try {
        Thread.sleep(PAUSE);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CommandException("interrupted", e);
      }
    }
  }

  private static Eip712Domain read(JsonNode network) {
    JsonNode signing = network.path("signing");
    return new Eip712Domain(
        signing.path("chainId").asLong(),
        Address.parse(signing.path("verifyingContract").asText()));
  }
}

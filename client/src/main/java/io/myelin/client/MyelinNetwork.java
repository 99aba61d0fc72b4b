package io.myelin.client;

import com.fasterxml.jackson.databind.JsonNode;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * A network as an application sees it: the gateways that serve it. One record of a registry node is
 * enough to find them, or the address of the network's contracts; nobody keeps a list.
 *
 * <pre>{@code
 * MyelinNetwork network = MyelinNetwork.find("enr:-…");
 * ClientSession session = network.open(key, Terms.usual("smollm2-135m-instruct", 1));
 * try (GatewayClient client = session.connect()) {
 *   client.chat(model, List.of(new Message("user", "Hello")), System.out::print);
 * }
 * }</pre>
 */
public final class MyelinNetwork {
  private final List<URI> gateways;

  private MyelinNetwork(List<URI> gateways) {
    this.gateways = List.copyOf(gateways);
  }

  /**
   * Finds a network's gateways.
   *
   * @param where {@code enr:…}, the record of a registry node or a gateway; a file that holds some,
   *     a line each; {@code 0x…@https://…}, the network's directory and where its chain answers; or
   *     the address of one gateway, {@code http://…}
   * @throws ClientException when it is none of these, nobody answers, or there is no gateway
   */
  public static MyelinNetwork find(String where) {
    if (where.startsWith("http://") || where.startsWith("https://")) {
      return new MyelinNetwork(List.of(Endpoint.address(where)));
    }
    int at = where.indexOf('@');
    if (!where.startsWith("0x") || at < 0) {
      return new MyelinNetwork(NetworkFinder.gateways(NetworkFinder.records(where)));
    }
    try {
      URI rpc = URI.create(where.substring(at + 1));
      if (rpc.getHost() != null) {
        return new MyelinNetwork(
            NetworkFinder.gateways(rpc, Address.parse(where.substring(0, at))));
      }
    } catch (IllegalArgumentException e) {
      // As below.
    }
    throw ClientException.wrongInput(
        "network: "
            + where
            + " (expected: the directory's address, @, and where its chain answers, for example"
            + " 0x5fb1...@http://127.0.0.1:8545)");
  }

  /** Where they are reached, in the order the network tells them. */
  public List<URI> gateways() {
    return gateways;
  }

  /**
   * A gateway that serves a model now.
   *
   * @param model an id; empty or {@code *} for any gateway that answers
   * @throws ClientException naming what each of them said, when none does
   */
  public URI gatewayFor(String model) {
    boolean any = model.isEmpty() || model.equals(ClientSession.ANY_MODEL);
    return first(
            "",
            "/api/v1/subnets",
            said -> any || serves(said, model),
            "does not serve " + model,
            "serves what is asked for")
        .url();
  }

  /**
   * The gateway of a session: its key opens no other.
   *
   * @param apiKey the session's
   * @throws ClientException when none of them knows the key
   */
  public Endpoint gatewayOf(String apiKey) {
    return first(apiKey, "/api/v1/sessions", _ -> true, "", "knows this key");
  }

  /**
   * Opens a session at a gateway that serves what is asked for.
   *
   * @param account the client's: it pays, and signs the request; the gateway pays the gas
   * @throws ClientException when no gateway serves it, or opening fails
   */
  public ClientSession open(OperatorKey account, ClientSession.Terms terms) {
    URI gateway = gatewayFor(terms.model());
    try (GatewayClient client = new GatewayClient(new Endpoint(gateway, ""))) {
      return ClientSession.open(gateway, client.gatewayAddress(), account, terms);
    }
  }

  private Endpoint first(
      String apiKey, String path, Predicate<JsonNode> fits, String otherwise, String wanted) {
    List<String> failures = new ArrayList<>();
    for (URI url : gateways) {
      Endpoint endpoint = new Endpoint(url, apiKey);
      try (GatewayClient client = new GatewayClient(endpoint)) {
        if (fits.test(client.get(path))) {
          return endpoint;
        }
        failures.add(url + ": " + otherwise);
      } catch (ClientException e) {
        failures.add(url + ": " + e.getMessage());
      }
    }
    throw new ClientException(
        "none of the network's gateways " + wanted + ": " + String.join("; ", failures));
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
}

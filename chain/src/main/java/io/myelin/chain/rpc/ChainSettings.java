package io.myelin.chain.rpc;

import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * Which chain, and where it is reached.
 *
 * @param chainId EIP-155 number; an endpoint of another chain is never used
 * @param endpoints {@code http}, {@code https}, {@code ws} or {@code wss}, the preferred ones first
 * @param callTimeout longest wait for one answer of one endpoint
 * @param connectTimeout longest wait for a connection
 * @param slowAnswer an endpoint that takes longer three times in a row is left for the next
 * @param maxLagBlocks an endpoint this many blocks behind the others is left
 * @param rounds how often all endpoints are tried before a call fails
 * @param roundPause wait between two rounds
 */
public record ChainSettings(
    long chainId,
    List<URI> endpoints,
    Duration callTimeout,
    Duration connectTimeout,
    Duration slowAnswer,
    int maxLagBlocks,
    int rounds,
    Duration roundPause) {
  /** Checks and copies. */
  public ChainSettings {
    endpoints = List.copyOf(endpoints);
    if (chainId < 1) {
      throw new IllegalArgumentException("chain id: " + chainId + " (expected: >= 1)");
    }
    if (endpoints.isEmpty()) {
      throw new IllegalArgumentException("endpoints: none (expected: at least one)");
    }
    for (URI endpoint : endpoints) {
      String scheme = String.valueOf(endpoint.getScheme());
      if (!List.of("http", "https", "ws", "wss").contains(scheme) || endpoint.getHost() == null) {
        throw new IllegalArgumentException(
            "endpoint with scheme \""
                + scheme
                + "\" and host "
                + endpoint.getHost()
                + " (expected: http, https, ws or wss, and a host)");
      }
      if (endpoint.getUserInfo() != null) {
        throw new IllegalArgumentException(
            "endpoint at "
                + endpoint.getHost()
                + ": a password in the address (expected: an API key in the path, or none)");
      }
    }
    positive("call timeout", callTimeout);
    positive("connect timeout", connectTimeout);
    positive("slow answer", slowAnswer);
    if (maxLagBlocks < 1 || rounds < 1 || roundPause.isNegative()) {
      throw new IllegalArgumentException(
          "max lag %d blocks, %d rounds, pause %s (expected: >= 1, >= 1, >= 0)"
              .formatted(maxLagBlocks, rounds, roundPause));
    }
  }

  private static void positive(String what, Duration value) {
    if (!value.isPositive()) {
      throw new IllegalArgumentException(what + ": " + value + " (expected: > 0)");
    }
  }

  /** What suits most chains: 10 s a call, 2 s is slow, 5 blocks behind is too far, two rounds. */
  public static ChainSettings of(long chainId, List<URI> endpoints) {
    return new ChainSettings(
        chainId,
        endpoints,
        Duration.ofSeconds(10),
        Duration.ofSeconds(5),
        Duration.ofSeconds(2),
        5,
        2,
        Duration.ofMillis(250));
  }

  /** The same with other times. */
  public ChainSettings withTimes(Duration call, Duration connect, Duration slow) {
    return new ChainSettings(
        chainId, endpoints, call, connect, slow, maxLagBlocks, rounds, roundPause);
  }

  /** Without the addresses: they may hold API keys. */
  @Override
  public String toString() {
    return "ChainSettings[chain "
        + chainId
        + ", "
        + endpoints.stream().map(ChainSettings::display).toList()
        + "]";
  }

  /** An endpoint's name for logs and messages: where it is, without its path. */
  static String display(URI endpoint) {
    return endpoint.getScheme()
        + "://"
        + endpoint.getHost()
        + (endpoint.getPort() < 0 ? "" : ":" + endpoint.getPort());
  }
}

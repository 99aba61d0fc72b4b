package io.myelin.gateway;

import java.time.Duration;
import java.util.List;

/**
 * How a gateway listens and what it bears.
 *
 * @param host address to listen on; loopback unless an operator says otherwise
 * @param port port of every front; 0 for any free one
 * @param maxRequestBytes most bytes of one HTTP request body, of one WebSocket message and of one
 *     gRPC message
 * @param maxHeaderBytes most bytes of all headers of a request
 * @param maxConnections most connections at once
 * @param maxStreamsPerConnection most HTTP/2 streams on one connection
 * @param idleTimeout a connection without traffic is closed after this; HTTP/2 and WebSocket peers
 *     are pinged before
 * @param requestBodyTimeout a request whose body has not arrived after this is refused
 * @param drainTimeout how long open requests may go on once the gateway shuts down
 * @param corsOrigins origins whose web pages may call this gateway; none by default
 */
public record GatewayConfig(
    String host,
    int port,
    int maxRequestBytes,
    int maxHeaderBytes,
    int maxConnections,
    int maxStreamsPerConnection,
    Duration idleTimeout,
    Duration requestBodyTimeout,
    Duration drainTimeout,
    List<String> corsOrigins) {

  /** Loopback, port 8080, the limits of docs/api.md. */
  public static final GatewayConfig DEFAULTS =
      new GatewayConfig(
          "127.0.0.1",
          8080,
          10 * 1024 * 1024,
          16 * 1024,
          10_000,
          1_000,
          Duration.ofSeconds(60),
          Duration.ofSeconds(30),
          Duration.ofSeconds(10),
          List.of());

  /** Checks ranges. */
  public GatewayConfig {
    if (host.isBlank()) {
      throw new IllegalArgumentException("host: empty (expected: an address such as 127.0.0.1)");
    }
    range("port", port, 0, 65_535);
    range("maxRequestBytes", maxRequestBytes, 1024, 1 << 30);
    range("maxHeaderBytes", maxHeaderBytes, 1024, 1 << 20);
    range("maxConnections", maxConnections, 1, 1 << 20);
    range("maxStreamsPerConnection", maxStreamsPerConnection, 1, 1 << 20);
    positive("idleTimeout", idleTimeout);
    positive("requestBodyTimeout", requestBodyTimeout);
    positive("drainTimeout", drainTimeout);
    corsOrigins = List.copyOf(corsOrigins);
    for (String origin : corsOrigins) {
      if (!origin.matches("https?://[^/*\\s]+")) {
        throw new IllegalArgumentException(
            "corsOrigins: " + origin + " (expected: scheme and host, e.g. https://app.example)");
      }
    }
  }

  /** The same on another port. */
  public GatewayConfig withPort(int newPort) {
    return new GatewayConfig(
        host,
        newPort,
        maxRequestBytes,
        maxHeaderBytes,
        maxConnections,
        maxStreamsPerConnection,
        idleTimeout,
        requestBodyTimeout,
        drainTimeout,
        corsOrigins);
  }

  /** The same on another address. */
  public GatewayConfig withHost(String newHost) {
    return new GatewayConfig(
        newHost,
        port,
        maxRequestBytes,
        maxHeaderBytes,
        maxConnections,
        maxStreamsPerConnection,
        idleTimeout,
        requestBodyTimeout,
        drainTimeout,
        corsOrigins);
  }

  private static void range(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: " + least + ".." + most + ")");
    }
  }

  private static void positive(String name, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: > 0)");
    }
  }
}

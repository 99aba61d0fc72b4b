package io.myelin.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.myelin.gateway.metrics.GatewayMetrics;
import io.myelin.gateway.ws.WsSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class GatewayServerIT {

  @Test
  void shouldNameThePortThatIsTaken() throws Exception {
    try (TestingGateway gateway = new TestingGateway()) {
      int port = gateway.server.port();
      assertThatThrownBy(
              () ->
                  GatewayServer.start(
                      TestingGateway.CONFIG.withPort(port),
                      new GatewayMetrics(),
                      List.of(),
                      List.of(),
                      List.of(),
                      null))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("Port " + port + " on 127.0.0.1 is taken");
    }
  }

  @Test
  void shouldListenOnLoopbackOnly() throws Exception {
    assertThat(GatewayConfig.DEFAULTS.host()).isEqualTo("127.0.0.1");
    try (TestingGateway gateway = new TestingGateway()) {
      for (InetAddress address :
          NetworkInterface.networkInterfaces()
              .flatMap(NetworkInterface::inetAddresses)
              .filter(a -> !a.isLoopbackAddress())
              .toList()) {
        assertThatThrownBy(() -> new Socket(address, gateway.server.port()).close())
            .as(address.toString())
            .isInstanceOf(IOException.class);
      }
    }
  }

  @Test
  void shouldRefuseHeadersBeyondTheLimitInTheOneErrorShape() throws Exception {
    try (TestingGateway gateway = new TestingGateway();
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.server.port())) {
      socket.setSoTimeout(20_000);
      String request =
          "GET /health HTTP/1.1\r\nhost: x\r\nx-long: " + "a".repeat(20_000) + "\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      BufferedReader reader =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      assertThat(reader.readLine()).startsWith("HTTP/1.1 4");
    }
  }

  @Test
  void shouldAllowOnlyListedOrigins() throws Exception {
    GatewayConfig config =
        new GatewayConfig(
            "127.0.0.1",
            0,
            1 << 20,
            16 * 1024,
            100,
            100,
            Duration.ofSeconds(60),
            Duration.ofSeconds(30),
            Duration.ofMillis(200),
            List.of("https://app.example"));
    try (TestingGateway gateway =
        new TestingGateway(config, WsSettings.DEFAULTS, TestingGateway.defaultSessions())) {
      assertThat(allowed(gateway, "https://app.example")).isTrue();
      assertThat(allowed(gateway, "https://evil.example")).isFalse();
    }
    try (TestingGateway gateway = new TestingGateway()) {
      assertThat(allowed(gateway, "https://app.example")).isFalse();
    }
  }

  private static boolean allowed(TestingGateway gateway, String origin) throws Exception {
    return gateway
        .send(gateway.request("/health").header("origin", origin))
        .headers()
        .firstValue("access-control-allow-origin")
        .isPresent();
  }

  @Test
  void shouldLetAnOpenStreamEndBeforeItCloses() throws Exception {
    GatewayConfig patient =
        new GatewayConfig(
            "127.0.0.1",
            0,
            1 << 20,
            16 * 1024,
            100,
            100,
            Duration.ofSeconds(60),
            Duration.ofSeconds(30),
            Duration.ofSeconds(20),
            List.of());
    TestingGateway gateway =
        new TestingGateway(patient, WsSettings.DEFAULTS, TestingGateway.defaultSessions());
    String id = gateway.submit(Integer.MAX_VALUE);
    HttpResponse<Stream<String>> reading =
        gateway.http.send(
            gateway.authorized("/api/v1/tasks/" + id + "/stream").build(), BodyHandlers.ofLines());
    CompletableFuture<Void> closing = CompletableFuture.runAsync(gateway.server::close);
    assertThat(closing).isNotDone();
    assertThat(gateway.tasks.cancel(TestingGateway.SESSION, id, "test over")).isTrue();
    try (Stream<String> lines = reading.body()) {
      assertThat(lines.filter(line -> line.equals("event: error"))).hasSize(1);
    }
    closing.get(20, TimeUnit.SECONDS);
    gateway.close();
  }

  @Test
  void shouldSayThatItDrains() throws Exception {
    try (TestingGateway gateway = new TestingGateway()) {
      gateway.draining.set(true);
      HttpResponse<String> health = gateway.send(gateway.request("/health"));
      assertThat(health.statusCode()).isEqualTo(503);
      assertThat(gateway.json(health).get("status").asText()).isEqualTo("draining");
    }
  }
}

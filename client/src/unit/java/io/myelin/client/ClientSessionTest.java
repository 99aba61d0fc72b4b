package io.myelin.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ClientSessionTest {
  private static final Address GATEWAY = Address.parse("0x" + "99".repeat(20));

  private final OperatorKey client = OperatorKey.generate(new Random(3));
  private final Set<String> requests = new HashSet<>();
  private final AtomicInteger taken = new AtomicInteger();
  private HttpServer gateway;

  @BeforeEach
  void start() throws IOException {
    gateway = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    gateway.createContext(
        "/api/v1/network",
        exchange ->
            answer(
                exchange,
                200,
                """
                {"signing": {"chainId": 31337, "verifyingContract": "0x%s"},
                 "gateway": {"seedCommitment": "0x%s", "validatorSet": 1}}
                """
                    .formatted("11".repeat(20), "22".repeat(32))));
    gateway.createContext(
        "/api/v1/sessions",
        exchange -> {
          requests.add(
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          if (taken.getAndDecrement() > 0) {
            answer(
                exchange, 409, "{\"error\": {\"message\": \"taken\", \"code\": \"slot_taken\"}}");
          } else {
            answer(exchange, 201, "{\"id\": \"ab\", \"apiKey\": \"key\"}");
          }
        });
    gateway.start();
  }

  @AfterEach
  void stop() {
    gateway.stop(0);
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private ClientSession open() {
    return ClientSession.open(
        URI.create("http://127.0.0.1:" + gateway.getAddress().getPort()),
        GATEWAY,
        client,
        "tiny",
        1);
  }

  @Test
  void shouldSignAnotherRequestWhenASlotWasTaken() {
    taken.set(2);
    assertThat(open().apiKey()).isEqualTo("key");
    assertThat(requests).as("each of its own nonce").hasSize(3);
  }

  @Test
  void shouldGiveUpAfterSomeDraws() {
    taken.set(Integer.MAX_VALUE);
    assertThatThrownBy(this::open)
        .isInstanceOf(ClientException.class)
        .hasMessageContaining("taken");
    assertThat(requests).hasSize(4);
  }
}

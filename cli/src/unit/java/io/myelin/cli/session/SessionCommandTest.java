package io.myelin.cli.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.myelin.cli.Main;
import io.myelin.client.ClientSession;
import io.myelin.protocol.work.VerificationLevel;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class SessionCommandTest {
  private final StringWriter err = new StringWriter();
  private final StringWriter out = new StringWriter();

  @TempDir Path folder = Path.of("");

  @Test
  void wrongValuesAreWrongUsage() {
    assertThat(run("open", "--redundancy", "6")).isEqualTo(2);
    assertThat(run("open", "--verification", "redundant", "--redundancy", "1")).isEqualTo(2);
    assertThat(run("open", "--verification", "twice")).isEqualTo(2);
    assertThat(run("quote", "--redundancy", "6")).isEqualTo(2);
    assertThat(run("quote", "--prompt-tokens", "-1")).isEqualTo(2);
    assertThat(run("open", "--budget-wei", "-1")).isEqualTo(2);
    assertThat(run("open", "--budget-wei", "much")).isEqualTo(2);
    assertThat(run("open", "--expires", "721")).isEqualTo(2);
    assertThat(run("open", "--key-file", "a", "--keystore", "b")).isEqualTo(2);
    assertThat(run("open", "--password-file", "a")).isEqualTo(2);
    assertThat(run("show", "4f1c")).isEqualTo(2);
    assertThat(run()).isEqualTo(2);
    assertThat(err.toString().lines()).hasSize(12).allMatch(line -> line.contains("--help"));
  }

  @Test
  void noKeyToSignWithIsAFailureThatSaysWhatToDo() {
    int status = run("open", "--gateway", "http://127.0.0.1:1", "--data", folder.toString());
    assertThat(status).isEqualTo(1);
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(err.toString()).contains("--keystore").contains("./myelin account new");
  }

  @Test
  void refundAndMoneySayThatNoNetworkIsKnown() {
    for (String command : List.of("refund", "money")) {
      assertThat(run(command, "--data", folder.toString())).isEqualTo(1);
    }
    assertThat(err.toString().lines())
        .hasSize(2)
        .allMatch(line -> line.contains("no chain known") && line.contains("./myelin devnet"));
    assertThat(run("refund", "xyz")).isEqualTo(2);
  }

  private static final String NETWORK =
      """
      {"models": [
        {"id": "tiny", "priceInputWei": "3", "priceOutputWei": "10"},
        {"id": "big", "priceInputWei": "30", "priceOutputWei": "100"}]}
      """;

  @Test
  void aQuoteSaysWhatEachLevelCostsAndSignsNothing() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/api/v1/network",
        exchange -> {
          byte[] body = NETWORK.getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().add("content-type", "application/json");
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    try {
      String url = "http://127.0.0.1:" + server.getAddress().getPort();
      assertThat(
              run(
                  "quote",
                  "--gateway",
                  url,
                  "--model",
                  "tiny",
                  "--prompt-tokens",
                  "7",
                  "--output-tokens",
                  "20"))
          .isZero();
      // 3 wei and 10 for each node: 7 · 3 + 20 · 10.
      assertThat(out.toString().lines().map(line -> line.strip().replaceAll(" +", " ")))
          .containsExactly(
              "tiny",
              "LEVEL NODES WEI A PROMPT TOKEN WEI AN OUTPUT TOKEN WEI OF 7 + 20 TOKENS",
              "none 1 3 10 221",
              "sampled 1 3 10 221",
              "redundant 3 9 30 663",
              "full 1 3 10 221");
      out.getBuffer().setLength(0);
      assertThat(run("quote", "--gateway", url, "--redundancy", "2", "--json")).isZero();
      JsonNode json = new ObjectMapper().readTree(out.toString());
      assertThat(json).hasSize(2);
      assertThat(json.at("/1/model").asText()).isEqualTo("big");
      assertThat(json.at("/1/levels/0/priceOutputWei").asText()).isEqualTo("200");
      assertThat(json.at("/1/levels/2/totalWei").asText()).isEqualTo("26000");
      assertThat(run("quote", "--gateway", url, "--model", "none")).isEqualTo(1);
    } finally {
      server.stop(0);
    }
  }

  @Test
  void openingSaysWhatTheSessionWillCost() throws IOException {
    ModelPrices prices = ModelPrices.of(new ObjectMapper().readTree(NETWORK));
    ClientSession.Terms terms =
        new ClientSession.Terms(
            "tiny", 3, BigInteger.valueOf(9_000), Duration.ofHours(1), VerificationLevel.REDUNDANT);
    assertThat(prices.line(terms))
        .isEqualTo(
            "price    redundant, 3 nodes a task, together: tiny 9 wei a prompt token, 30 an output"
                + " token; at most 9000 wei");
  }

  private int run(String... args) {
    CommandLine line = new CommandLine(new SessionCommand());
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return Main.execute(line, args);
  }
}

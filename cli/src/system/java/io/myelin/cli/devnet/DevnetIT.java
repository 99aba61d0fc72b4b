package io.myelin.cli.devnet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.myelin.cli.client.Endpoint;
import io.myelin.cli.client.GatewayClient;
import io.myelin.cli.client.GatewayClient.Answer;
import io.myelin.cli.client.GatewayClient.Message;
import io.myelin.cli.receipt.VerifyCommand;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The whole network with the real model, as a user starts it. */
@Timeout(240)
class DevnetIT {
  private static final String MODEL = "smollm2-135m-instruct";
  private static final List<Message> QUESTION =
      List.of(new Message("user", "Name three colours, one a line."));
  @TempDir Path data;

  @Test
  void asksOnceShowsAReceiptThatHoldsAndLeavesNothing() throws Exception {
    Run run = devnet("--ask", "What is the capital of France?", "--compute", "2");
    assertThat(run.out)
        .contains("Paris")
        .contains("The receipt holds: 14 checks held")
        .contains("which is the budget, to the wei")
        .contains("which is every token there is, to the wei");
    assertThat(run.status).isZero();
    try (Stream<Path> kept = Files.list(data.resolve("receipts"))) {
      StringWriter out = new StringWriter();
      CommandLine verify = new CommandLine(new VerifyCommand());
      verify.setOut(new PrintWriter(out, true));
      assertThat(verify.execute(kept.findFirst().orElseThrow().toString())).isZero();
      assertThat(out.toString()).contains("The receipt holds: 14 checks held");
    }
    assertThat(data.resolve("devnet.json")).doesNotExist();
    assertThat(ProcessHandle.current().descendants()).isEmpty();
  }

  @Test
  void aNodeThatCrashesOrLiesIsReplacedAndTheAnswerIsTheSame() {
    for (String fault : List.of("crash-at-token:2", "wrong-commit", "crash-before-commit")) {
      Run run =
          devnet(
              "--ask",
              "What is the capital of France?",
              "--compute",
              "3",
              "--fault",
              fault + "@1",
              "--fault",
              fault + "@2");
      assertThat(run.out).as(fault).contains("Paris").contains("14 checks held");
      assertThat(run.status).as(fault).isZero();
    }
  }

  @Test
  void killedMidStreamAnotherNodeGoesOnAndTheClientSeesOneAnswer() throws Exception {
    Process devnet =
        start(
            "--compute",
            "3",
            "--fault",
            "slow:60@1",
            "--fault",
            "slow:60@2",
            "--fault",
            "slow:60@3");
    try {
      JsonNode file = new ObjectMapper().readTree(data.resolve("devnet.json").toFile());
      Endpoint endpoint =
          new Endpoint(
              URI.create(file.path("gateways").path(0).path("url").asText()),
              file.path("client").path("apiKey").asText());
      try (GatewayClient client = new GatewayClient(endpoint)) {
        Answer whole = client.chat(MODEL, QUESTION, _ -> {});
        AtomicInteger pieces = new AtomicInteger();
        List<Long> killed = new ArrayList<>();
        Answer broken =
            client.chat(
                MODEL,
                QUESTION,
                _ -> {
                  if (pieces.incrementAndGet() >= 3 && killed.isEmpty()) {
                    running(client, file)
                        .ifPresent(
                            pid -> {
                              killed.add(pid);
                              ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
                            });
                  }
                });
        assertThat(killed).hasSize(1);
        assertThat(broken.text()).isEqualTo(whole.text());
        assertThat(broken.completionTokens()).isEqualTo(whole.completionTokens());
      }
      List<ProcessHandle> rest = devnet.descendants().toList();
      assertThat(rest).isNotEmpty();
      devnet.destroyForcibly();
      for (ProcessHandle process : rest) {
        process.onExit().get(20, TimeUnit.SECONDS);
      }
    } finally {
      devnet.descendants().forEach(ProcessHandle::destroyForcibly);
      devnet.destroyForcibly();
    }
  }

  private static Optional<Long> running(GatewayClient client, JsonNode file) {
    for (JsonNode node : client.get("/api/v1/nodes").path("nodes")) {
      if (node.path("running").asInt() > 0) {
        for (JsonNode member : file.path("compute")) {
          if (member.path("id").asText().equals(node.path("id").asText())) {
            return Optional.of(member.path("pid").asLong());
          }
        }
      }
    }
    return Optional.empty();
  }

  private Process start(String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-Dmyelin.root=" + System.getProperty("myelin.root"));
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add("io.myelin.cli.Main");
    command.addAll(List.of("devnet", "--processes", "--port", "0", "--data", data.toString()));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).redirectError(data.resolve("devnet.err").toFile()).start();
    BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
    for (String line = lines.readLine(); ; line = lines.readLine()) {
      if (line == null) {
        throw new AssertionError(
            "the devnet ended: " + Files.readString(data.resolve("devnet.err")));
      }
      if (line.contains("Ctrl-C stops everything")) {
        return process;
      }
    }
  }

  private Run devnet(String... arguments) {
    List<String> all = new ArrayList<>(List.of("--port", "0", "--data", data.toString()));
    all.addAll(List.of(arguments));
    StringWriter out = new StringWriter();
    CommandLine command = new CommandLine(new DevnetCommand());
    command.setOut(new PrintWriter(out, true));
    command.setErr(new PrintWriter(out, true));
    int status = command.execute(all.toArray(new String[0]));
    return new Run(status, out.toString());
  }

  private record Run(int status, String out) {}
}

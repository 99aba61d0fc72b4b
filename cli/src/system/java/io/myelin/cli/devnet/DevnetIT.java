package io.myelin.cli.devnet;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.cli.receipt.VerifyCommand;
import io.myelin.cli.testing.Await;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The whole network with the real model, as a user starts it. */
@Timeout(600)
class DevnetIT {
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
    Await.untilNoProcessIsLeft();
  }

  /** Nodes that die at each stage are in {@code KillStagesIT}. */
  @Test
  void aNodeThatLiesIsReplacedAndTheAnswerIsTheSame() {
    Run run =
        devnet(
            "--ask",
            "What is the capital of France?",
            "--compute",
            "3",
            "--fault",
            "wrong-commit@1",
            "--fault",
            "wrong-commit@2");
    assertThat(run.out).contains("Paris").contains("14 checks held");
    assertThat(run.status).isZero();
  }

  @Test
  void aGatewayThatInflatesIsFoundOutAndItsBondPaysItsNodes() {
    Run run =
        devnet(
            "--ask",
            "What is the capital of France?",
            "--compute",
            "2",
            "--gateways",
            "2",
            "--fault",
            "inflate@gateway-2",
            "--fault",
            "no@validator-4");
    assertThat(run.out)
        .contains("Caught: gateway 2", "WRONG_EARNED", "Without it: validator 4 signed 0 of 3")
        .contains("which is every token there is, to the wei")
        .contains("has its budget back");
    assertThat(run.status).as(run.out).isZero();
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

package io.myelin.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

final class MainTest {

  @Test
  void shouldExitWithTwoOnWrongUsageAndSayWhatToDo() {
    var err = new ByteArrayOutputStream();
    int status = withStandardError(err, () -> Main.run("no-such-command"));
    assertThat(status).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("no-such-command").contains("--help");
    assertThat(err.toString(StandardCharsets.UTF_8).lines()).hasSize(1);
  }

  @Test
  void shouldExitWithOneAndOneLineWhenACommandFails() {
    var err = new ByteArrayOutputStream();
    int status =
        withStandardError(
            err, () -> Main.run("chat", "--gateway", "http://127.0.0.1:1", "--key", "k", "hello"));
    assertThat(status).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8).lines()).hasSize(1);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("nothing answers at");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "frobnicate",
        "chat --gateway notaurl hi",
        "chat --gateway ht!tp://[x hi",
        "compute --gateway http://host:1 --slots 0",
        "compute --gateway notaurl",
        "doctor --slots x",
        "model add x",
      })
  void shouldExitWithTwoForAValueThatCannotBeMeant(String line) {
    var err = new ByteArrayOutputStream();
    int status = withStandardError(err, () -> Main.run(line.split(" ")));
    assertThat(status).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8).lines()).hasSize(1);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .startsWith("myelin: ")
        .contains("(see ./myelin")
        .doesNotContain("Error:");
  }

  @Test
  void shouldSayInOneLineOnStandardErrorThatAReceiptDoesNotHold(@TempDir Path folder)
      throws IOException {
    Path receipt = Files.writeString(folder.resolve("receipt.json"), "{}");
    var err = new ByteArrayOutputStream();
    int status = withStandardError(err, () -> Main.run("verify", receipt.toString()));
    assertThat(status).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8).lines()).hasSize(1);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("does not hold: schema");
  }

  @Test
  void shouldNotBreakAnExampleInHelp() {
    var out = new ByteArrayOutputStream();
    PrintStream before = System.out;
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    try {
      assertThat(Main.run("model", "add", "--help")).isZero();
    } finally {
      System.setOut(before);
    }
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("--name llama3.2 --context 8192");
  }

  @Test
  void shouldTeachEveryVisibleCommandWithAnExample() {
    var root = new CommandLine(new Main());
    root.getSubcommands()
        .forEach(
            (name, command) -> {
              if (command.getCommandSpec().usageMessage().hidden() || name.equals("help")) {
                return;
              }
              String usage = command.getUsageMessage();
              assertThat(usage).as(name).contains("Example").contains("./myelin " + name);
            });
  }

  private static int withStandardError(
      ByteArrayOutputStream err, java.util.function.IntSupplier action) {
    PrintStream before = System.err;
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    try {
      return action.getAsInt();
    } finally {
      System.setErr(before);
    }
  }
}

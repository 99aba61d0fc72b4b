package io.myelin.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
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

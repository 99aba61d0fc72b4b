package io.myelin.cli.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.cli.Main;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class SessionCommandTest {
  private final StringWriter err = new StringWriter();

  @TempDir Path folder = Path.of("");

  @Test
  void wrongValuesAreWrongUsage() {
    assertThat(run("open", "--redundancy", "6")).isEqualTo(2);
    assertThat(run("open", "--budget-wei", "-1")).isEqualTo(2);
    assertThat(run("open", "--budget-wei", "much")).isEqualTo(2);
    assertThat(run("open", "--expires", "721")).isEqualTo(2);
    assertThat(run("open", "--key-file", "a", "--keystore", "b")).isEqualTo(2);
    assertThat(run("open", "--password-file", "a")).isEqualTo(2);
    assertThat(run("show", "4f1c")).isEqualTo(2);
    assertThat(run()).isEqualTo(2);
    assertThat(err.toString().lines()).hasSize(8).allMatch(line -> line.contains("--help"));
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

  private int run(String... args) {
    CommandLine line = new CommandLine(new SessionCommand());
    line.setErr(new PrintWriter(err, true));
    return Main.execute(line, args);
  }
}

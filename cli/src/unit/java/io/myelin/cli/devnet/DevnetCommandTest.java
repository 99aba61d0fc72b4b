package io.myelin.cli.devnet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** What cannot be started is refused before anything starts. */
class DevnetCommandTest {

  @ParameterizedTest
  @CsvSource({
    "--validators 2, --validators: 2 (expected: 3",
    "--compute 0, --compute: 0 (expected: 1 to 64)",
    "--gateways 3 --compute 2, --gateways: 3 (expected: at most",
    "--subnets 5, --subnets: 5 (expected: 1 to 4)",
    "--subnets 2, --subnets: 2 (expected: at most --gateways",
    "--subnets 3 --gateways 3, --subnets: 3 (expected: at most the number of models",
    "--port 70000, --port: 70000",
    "--verification twice, --verification: twice (expected: none",
    "--verification redundant --compute 1, --verification: redundant (expected: at least 2",
    "--fault stall, --fault: stall (expected: KIND@NODE",
    "--fault stall@5, --fault: stall@5 (expected: KIND@NODE with NODE from 1 to 4)",
    "--fault explode@1, --fault: explode (expected: one of crash-on-offer",
  })
  void refusesAndSaysWhatWasExpected(String arguments, String expected) {
    StringWriter err = new StringWriter();
    CommandLine command = new CommandLine(new DevnetCommand());
    command.setErr(new PrintWriter(err, true));
    int status = command.execute(arguments.split(" "));
    assertThat(status).isEqualTo(2);
    assertThat(err.toString()).contains(expected);
  }
}

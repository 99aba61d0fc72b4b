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
    "--fault stall, '--fault: stall (expected: KIND@WHO, with WHO one of 2, compute-2'",
    "--fault stall@5, there are compute-1 to compute-4",
    "--fault explode@1, --fault: explode (expected: one of crash-on-offer",
    "--fault stall@validator-1, '--fault: stall (expected: one of yes, twice, no'",
    "--fault yes@validator-6, there are validator-1 to validator-5",
    "--fault yes@2, --fault: yes (expected: one of crash-on-offer",
    "--fault no@gateway-2 --gateways 2, '--fault: no (expected: one of inflate, drop-receipts'",
    "--fault inflate@gateway-1, 'expected: gateway-2 or a later one, with --gateways 2'",
    "--fault inflate@gateway-2, there are gateway-1 to gateway-1",
    "--fault collude@validator-2, such as collude@validator-1+validator-2",
    "--fault yes@validator-2 --fault no@validator-2, one kind for each validator",
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

package io.myelin.cli.receipt;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.protocol.receipt.Receipt;
import io.myelin.protocol.receipt.SignedReceipt;
import io.myelin.protocol.receipt.TestingReceipts;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class VerifyCommandTest {
  private static final String STREAM =
      """
      event: started
      data: {}

      id: 0
      event: tokens
      data: {"seq":0,"text":" blue","tokens":[4461]}

      : still here

      id: 1
      event: tokens
      data: {"seq":1,"text":" – né","tokens":[1251,11400]}

      id: 2
      event: tokens
      data: {"seq":2,"text":"e","tokens":[85]}

      event: done
      data: {"finishReason":"stop"}

      """;

  @TempDir Path folder;

  private record Run(int status, String out) {}

  private Run verify(String... arguments) {
    StringWriter out = new StringWriter();
    CommandLine command = new CommandLine(new VerifyCommand());
    command.setOut(new PrintWriter(out, true));
    command.setErr(new PrintWriter(out, true));
    command.setExecutionExceptionHandler(
        (failure, _, _) -> {
          command.getErr().println(failure.getMessage());
          return CommandLine.ExitCode.SOFTWARE;
        });
    return new Run(command.execute(arguments), out.toString());
  }

  private String file(String name, String text) throws Exception {
    return Files.writeString(folder.resolve(name), text).toString();
  }

  @Test
  void aBundleIsCheckedWhole() throws Exception {
    Run run = verify(file("kept.json", TaskBundleTest.bundle().toJson()));
    assertThat(run.out()).contains("The receipt holds: 14 checks held").doesNotContain("the rest");
    assertThat(run.status()).isZero();
  }

  @Test
  void aReceiptAloneSaysWhatCouldNotBeCheckedAndHowItCould() throws Exception {
    Run run = verify(file("receipt.json", TaskBundleTest.receipt()));
    assertThat(run.out())
        .contains("holds as far as it was checked: 10 checks held, 4 not checked")
        .contains("--gateway ADDRESS", "--request FILE", "--output FILE", "--chunks FILE");
    assertThat(run.status()).isZero();
  }

  @Test
  void anAnswerThatIsProvenFalseIsNoneToRelyOn() throws Exception {
    Receipt receipt = TestingReceipts.receipt();
    Receipt unpaid = receipt.without(receipt.nodes().getFirst().address()).orElseThrow();
    SignedReceipt signed = SignedReceipt.sign(TestingReceipts.key("gateway"), unpaid);
    Run run = verify(file("receipt.json", signed.json()));
    assertThat(run.out())
        .contains("holds as far as it was checked", "proven FALSE: who gave it is not paid")
        .contains("says that this answer is proven false");
    assertThat(run.status()).isEqualTo(1);
  }

  @Test
  void theFilesOfAnAnswerAllowMoreChecks() throws Exception {
    List<String> all = new ArrayList<>();
    all.add(file("receipt.json", TaskBundleTest.receipt()));
    all.addAll(List.of("--chunks", file("stream.txt", STREAM)));
    all.addAll(List.of("--output", file("answer.txt", " blue – née")));
    all.addAll(List.of("--gateway", "0xf6dc5fe08844d11354ddd9b98118b82c0cf92176"));
    Run run = verify(all.toArray(new String[0]));
    assertThat(run.out())
        .contains("13 checks held, 1 not checked")
        .contains("--request FILE")
        .doesNotContain("--chunks FILE");
    assertThat(run.status()).isZero();
  }

  @Test
  void anOptionGoesBeforeWhatTheBundleHolds() throws Exception {
    Run run =
        verify(
            file("kept.json", TaskBundleTest.bundle().toJson()),
            "--chunks",
            file("stream.txt", STREAM.replace("11400", "11401")));
    assertThat(run.out())
        .contains("FAIL hash_chain")
        .contains("The receipt does NOT hold: 1 checks failed, 13 held, 0 not checked");
    assertThat(run.status()).isEqualTo(1);
  }

  @Test
  void anotherRequestThanTheOneReceiptedFails() throws Exception {
    String request =
        """
        {"model":"smollm2-135m-instruct","prompt":"The sky is","seed":1,"stream":true}
        """;
    Run run =
        verify(
            file("receipt.json", TaskBundleTest.receipt()),
            "--request",
            file("request.json", request));
    assertThat(run.out()).contains("FAIL spec_digest");
    assertThat(run.status()).isEqualTo(1);
  }

  @Test
  void aRequestWithoutASeedCannotBeCheckedAndSaysWhy() throws Exception {
    Run run =
        verify(
            file("receipt.json", TaskBundleTest.receipt()),
            "--request",
            file("request.json", "{\"model\":\"m\",\"prompt\":\"The sky is\"}"));
    assertThat(run.out()).contains("names no seed");
    assertThat(run.status()).isEqualTo(1);
  }

  @Test
  void aStreamThatWasCutOrHasAGapIsNoEvidence() throws Exception {
    String receipt = file("receipt.json", TaskBundleTest.receipt());
    String cut = STREAM.substring(0, STREAM.indexOf("event: done"));
    assertThat(verify(receipt, "--chunks", file("cut.txt", cut)).out())
        .contains("ends after 3 chunks");
    String gap = STREAM.replace("\"seq\":1", "\"seq\":2");
    assertThat(verify(receipt, "--chunks", file("gap.txt", gap)).out())
        .contains("seq 2 (expected: 1");
  }
}

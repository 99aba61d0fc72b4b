package io.myelin.protocol.receipt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.TaskId;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SignedReceiptTest {
  private static final SignedReceipt SIGNED = TestingReceipts.signed();
  private static final String JSON = SIGNED.json();

  private static void assertRefused(String json, String message) {
    assertThatExceptionOfType(ReceiptFormatException.class)
        .isThrownBy(() -> SignedReceipt.parse(json))
        .withMessageContaining(message);
  }

  @Test
  void readsWhatItWrites() throws ReceiptFormatException {
    assertThat(SignedReceipt.parse(JSON)).isEqualTo(SIGNED);
    assertThat(SignedReceipt.parse(JSON).json()).isEqualTo(JSON);
  }

  @Test
  void digestDoesNotDependOnLayout() throws ReceiptFormatException {
    String spread = JSON.replace(",", " ,\n").replace(":{", " : {\t");
    assertThat(SignedReceipt.parse(spread)).isEqualTo(SIGNED);
    assertThat(JSON)
        .startsWith("{\"receipt\":{\"domain\":{\"chainId\":31337,")
        .contains(SIGNED.receipt().canonicalJson());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"version\":1|\"version\":2|$.receipt.version: 2 (expected: 1)",
        "\"version\":1|\"version\":1.0|$.receipt.version: 1.0 (expected: an integer of 32 bits)",
        "\"version\":1|\"version\":\"1\"|$.receipt.version: \"1\" (expected: an integer",
        "\"version\":1|\"version\":null|$.receipt.version: null (expected: an integer",
        "\"version\":1|\"version\":NaN|not JSON",
        "\"version\":1|\"version\":1,\"extra\":0|$.receipt: unknown field \"extra\"",
        "\"version\":1|\"version\":1,\"version\":1|not JSON: Duplicate field",
        "\"chainId\":31337|\"chainId\":-1|$.receipt.domain: chainId: -1 (expected: >= 0)",
        "\"chainId\":31337|\"chainId\":123456789012345678901|not JSON: Number value length",
        "\"chainId\":31337|\"chainId\":12345678901234567890|integer of 64 bits",
        "\"kind\":\"generation\"|\"kind\":\"theft\"|$.receipt.work.kind: \"theft\" (expected: generation",
        "\"role\":\"primary\"|\"role\":7|$.receipt.nodes[0].role: 7 (expected: a string)",
        "\"totalWei\":\"30000000000\"|\"totalWei\":\"030\"|$.receipt.price.totalWei: \"030\"",
        "\"totalWei\":\"30000000000\"|\"totalWei\":30|expected: a string",
        "\"held\":true|\"held\":\"true\"|expected: true or false",
        "\"tokens\":3|\"tokens\":-3|$.receipt.segments[0]: tokens: -3 (expected: >= 0)",
        "\"model\":\"smollm2-135m-instruct\"|\"model\":\"\\u0007\"|$.receipt.work: model: U+7",
        "\"model\":\"smollm2-135m-instruct\"|\"model\":\"\\ud800\"|model: U+d800",
        "\"model\":\"smollm2-135m-instruct\"|\"model\":\"\"|expected: 1 to 256",
        "\"segments\":[|\"segments\":[7,|$.receipt.segments[0]: 7 (expected: an object)",
      })
  void refusesAndSaysWhere(String found, String replacement, String message) {
    assertThat(JSON).contains(found);
    assertRefused(
        JSON.replaceFirst(Pattern.quote(found), Matcher.quoteReplacement(replacement)), message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "null", "[]", "7", "{", "{}", "{\"receipt\":{}}", "\"receipt\""})
  void refusesWhatIsNoReceipt(String json) {
    assertRefused(json, "");
  }

  @Test
  void refusesTooMuch() {
    assertRefused(JSON + " {}", "not JSON");
    assertRefused("[".repeat(100_000), "not JSON");
    assertRefused(" ".repeat(2_000_000), "at most 1048576");
    assertRefused(
        JSON.replace("\"segments\":[", "\"segments\":[" + "{},".repeat(Receipt.MAX_SEGMENTS)),
        "$.receipt.segments: 1026 elements (expected: at most 1024)");
  }

  @Test
  void namesTheMissingField() {
    assertRefused(
        JSON.replaceFirst("\"gateway\":\"0x[0-9a-f]{40}\",", ""),
        "$.receipt: no field \"gateway\" (expected: one)");
  }

  @Test
  void holdsOnlyCommitmentsToItsOwnTask() {
    Receipt receipt = SIGNED.receipt();
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new Receipt(
                    receipt.domain(),
                    receipt.gateway(),
                    receipt.sessionId(),
                    TaskId.of(Digest.ZERO.bytes()),
                    receipt.work(),
                    receipt.output(),
                    receipt.price(),
                    receipt.nodes(),
                    receipt.segments(),
                    receipt.verdict(),
                    0))
        .withMessageContaining("commits to another task");
  }
}

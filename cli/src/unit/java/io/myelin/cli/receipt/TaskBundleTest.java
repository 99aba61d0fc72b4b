package io.myelin.cli.receipt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.myelin.client.ClientException;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.receipt.Check;
import io.myelin.protocol.receipt.Verification;
import io.myelin.v1.GeneratedChunk;
import io.myelin.v1.GenerationSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Over the published receipt, whose work and chunks are known. */
class TaskBundleTest {
  private static final String GATEWAY = "0xf6dc5fe08844d11354ddd9b98118b82c0cf92176";

  static String receipt() throws IOException {
    return Files.readString(
        Path.of(System.getProperty("myelin.root", ".."), "docs", "vectors", "receipt.json"));
  }

  static TaskBundle bundle() throws IOException {
    return new TaskBundle(
        receipt(),
        Optional.of(Address.parse(GATEWAY)),
        Optional.of(
            GenerationSpec.newBuilder()
                .setModel("smollm2-135m-instruct")
                .setText("The sky is")
                .build()),
        Optional.of(" blue – née"),
        Optional.of(
            List.of(chunk(0, " blue", 4461), chunk(1, " – né", 1251, 11_400), chunk(2, "e", 85))));
  }

  private static GeneratedChunk chunk(int seq, String text, int... tokens) {
    GeneratedChunk.Builder chunk =
        GeneratedChunk.newBuilder().setSeq(seq).setText(ByteString.copyFromUtf8(text));
    for (int token : tokens) {
      chunk.addTokens(token);
    }
    return chunk.build();
  }

  private static List<String> named(Verification verification, Check.Outcome outcome) {
    return verification.checks().stream()
        .filter(check -> check.outcome() == outcome)
        .map(Check::name)
        .toList();
  }

  @Test
  void whatWasKeptAllowsEveryCheck() throws Exception {
    TaskBundle kept = TaskBundle.read(bundle().toJson());
    assertThat(kept.asked()).isEqualTo(bundle().asked());
    assertThat(kept.chunks()).isEqualTo(bundle().chunks());
    Verification verification = kept.verify();
    assertThat(named(verification, Check.Outcome.HELD)).hasSize(14);
    assertThat(verification.checks()).hasSize(14);
  }

  @Test
  void aReceiptAloneLeavesFourChecksOpen() throws Exception {
    Verification verification = TaskBundle.read(receipt()).verify();
    assertThat(named(verification, Check.Outcome.FAILED)).isEmpty();
    assertThat(named(verification, Check.Outcome.NOT_CHECKED))
        .containsExactly("gateway", "spec_digest", "output_digest", "hash_chain");
  }

  @ParameterizedTest
  @CsvSource({
    "hash_chain, '\" – né\"', '\" - né\"'",
    "hash_chain, '11400', '11401'",
    "spec_digest, The sky is, The sea is",
    "spec_digest, '\"text\" : \"The sky is\"', '\"text\" : \"The sky is\", \"maxTokens\" : 1'",
    "output_digest, ' blue – née', ' blue - née'",
    "gateway, 0xf6dc5fe08844d11354ddd9b98118b82c0cf92176, 0xf6dc5fe08844d11354ddd9b98118b82c0cf92177",
    "gateway_signature, '\"finishedMillis\":1800000000000', '\"finishedMillis\":1800000000001'",
    "schema, '\"version\":1', '\"version\":1,\"version\":1'",
    "schema, '\"version\":1', '\"more\":0,\"version\":1'",
  })
  void whateverIsTamperedWithFailsByItsName(String name, String from, String to) throws Exception {
    String kept = bundle().toJson();
    int at = kept.indexOf(from);
    assertThat(at).as(kept).isNotNegative();
    String tampered = kept.substring(0, at) + to + kept.substring(at + from.length());
    Verification verification = TaskBundle.read(tampered).verify();
    assertThat(named(verification, Check.Outcome.FAILED)).containsExactly(name);
    assertThat(verification.holds()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "'{\"bundle\":2}', 'version 2 (expected: 1)'",
    "'{\"bundle\":1,\"extra\":0}', 'field extra'",
    "'{\"bundle\":1}', 'no receipt'",
    "'{\"bundle\":1,\"bundle\":1}', 'bundle twice'",
    "'{\"bundle\":1,\"asked\":{\"model\":\"a\",\"model\":\"b\"}}', 'Duplicate'",
    "'{\"bundle\":1,\"answer\":3}', 'answer is NUMBER'",
    "'{\"bundle\":1,\"gateway\":\"x\"}', 'gateway'",
    "'{\"bundle\":1,\"asked\":{\"nothing\":1}}', 'asked'",
    "'{\"bundle\":1,\"chunks\":[{\"seq\":1,\"tokens\":[],\"text\":\"\"}]}', 'seq 1 (expected: 0'",
    "'{\"bundle\":1,', 'no JSON'",
  })
  void whatIsNoBundleSaysWhy(String text, String why) {
    assertThatThrownBy(() -> TaskBundle.read(text))
        .isInstanceOf(ClientException.class)
        .hasMessageContaining(why);
  }

  @Test
  void whatIsNoBundleAtAllIsReadAsAReceipt() {
    assertThat(named(TaskBundle.read("no JSON").verify(), Check.Outcome.FAILED))
        .containsExactly("schema");
  }
}

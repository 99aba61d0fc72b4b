package io.myelin.cli.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.myelin.cli.CommandException;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.queue.TaskJudgement;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AskedSpecTest {
  @TempDir private Path folder;

  private Path file(String text) throws Exception {
    return Files.writeString(folder.resolve("request.json"), text);
  }

  @Test
  void shouldGiveTheBytesThatTheContractHashes() {
    AskedSpec asked = AskedSpec.of("Count.", "words", 5, 0, 7);

    assertThat(Sha256.hash(asked.bytes().toArray())).isEqualTo(asked.digest());
    assertThat(TaskJudgement.spec(ByteString.copyFrom(asked.bytes().toArray()), asked.digest()))
        .isEqualTo(asked.spec());
    assertThat(asked.maxOutputTokens()).isEqualTo(5);
    assertThat(asked.maxPromptTokens()).isGreaterThan("Count.".length());
  }

  @Test
  void shouldReadARequestsBodyAndFillWhatItLeavesOut() throws Exception {
    Path request =
        file(
            """
            {"messages":[{"role":"user","content":"Hi."}],"seed":3,"stream":true,"logit_bias":{"9":1,"2":-1}}
            """);

    AskedSpec asked = AskedSpec.of(request, "words", 6);

    assertThat(asked.spec().getModel()).isEqualTo("words");
    assertThat(asked.maxOutputTokens()).isEqualTo(6);
    assertThat(asked.spec().getSampling().getSeed()).isEqualTo(3);
    assertThat(Sha256.hash(asked.bytes().toArray())).isEqualTo(asked.digest());
  }

  @Test
  void shouldSayWhatIsWrongWithAFile() throws Exception {
    assertThatThrownBy(() -> AskedSpec.of(folder.resolve("absent.json"), "words", 6))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("absent.json");
    Path list = file("[1]");
    assertThatThrownBy(() -> AskedSpec.of(list, "words", 6))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("expected: a request's body");
    Path unknown = file("{\"messages\":[{\"role\":\"user\",\"content\":\"Hi.\"}],\"best_of\":2}");
    assertThatThrownBy(() -> AskedSpec.of(unknown, "words", 6))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("best_of");
  }
}

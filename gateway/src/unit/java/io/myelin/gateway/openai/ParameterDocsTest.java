package io.myelin.gateway.openai;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ParameterDocsTest {
  private static final Path PAGE =
      Path.of(System.getProperty("myelin.root", "."), "docs", "openai-parameters.md");

  @Test
  void thePageSaysWhatTheTablesDo() throws IOException {
    if (Boolean.getBoolean("myelin.docs.write")) {
      ParameterDocs.write(PAGE);
    }
    assertThat(Files.readString(PAGE))
        .as("docs/openai-parameters.md is out of date; render it with: %s", ParameterDocs.COMMAND)
        .isEqualTo(ParameterDocs.render());
  }

  @Test
  void everyParameterSaysWhatHappens() {
    assertThat(ParameterDocs.count()).isGreaterThan(70);
    assertThat(ParameterDocs.render().lines().filter(line -> line.startsWith("| `")))
        .allSatisfy(line -> assertThat(line).endsWith(". |"));
  }
}

package io.myelin.engine.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class GgufHeaderTest {

  @Test
  void readsWhatTheCatalogueWants() throws IOException {
    assertThat(GgufHeader.read(new ByteArrayInputStream(GgufBytes.languageModel(4096))))
        .isEqualTo(new GgufHeader("llama", "Tiny", "apache-2.0", 4096, true));
  }

  @Test
  void refusesAnotherFormat() {
    byte[] zip = "PK\3\4 and more bytes than a header".getBytes(StandardCharsets.ISO_8859_1);
    assertThatThrownBy(() -> GgufHeader.read(new ByteArrayInputStream(zip)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not a GGUF file");
  }

  @Test
  void everyTruncationIsAnErrorAndNothingElse() {
    byte[] whole = GgufBytes.languageModel(1);
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> GgufHeader.read(new ByteArrayInputStream(cut)))
          .as("cut to %d", length)
          .isInstanceOf(EOFException.class);
    }
  }

  @Test
  void anAbsurdLengthIsRefusedBeforeItIsAllocated() {
    byte[] whole = GgufBytes.languageModel(1);
    // The length of the first key, after magic, version, tensors and pairs.
    Arrays.fill(whole, 24, 32, (byte) 0x7f);
    assertThatThrownBy(() -> GgufHeader.read(new ByteArrayInputStream(whole)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("bytes of a string");
  }
}

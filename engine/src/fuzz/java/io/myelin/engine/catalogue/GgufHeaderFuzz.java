package io.myelin.engine.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;

class GgufHeaderFuzz {

  @FuzzTest(maxDuration = "5s")
  void anythingIsReadOrRefused(byte[] file) {
    try {
      GgufHeader header = GgufHeader.read(new ByteArrayInputStream(file));
      assertThat(header.contextLength()).isNotNegative();
    } catch (IOException e) {
      assertThat(e instanceof EOFException || e.getMessage() != null).isTrue();
    }
  }
}

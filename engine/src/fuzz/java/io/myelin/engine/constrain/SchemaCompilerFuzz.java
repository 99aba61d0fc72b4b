package io.myelin.engine.constrain;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.myelin.engine.EngineException;
import java.nio.charset.StandardCharsets;

class SchemaCompilerFuzz {

  @FuzzTest(maxDuration = "5s")
  void aSchemaIsHeldOrRefused(byte[] text) {
    Node root;
    try {
      root = SchemaCompiler.compile(new String(text, StandardCharsets.UTF_8));
    } catch (EngineException e) {
      assertThat(e.kind()).isEqualTo(EngineException.Kind.BAD_REQUEST);
      return;
    }
    // What is held can be begun.
    assertThat(JsonAutomaton.of(root).allowed()).isNotEmpty();
  }
}

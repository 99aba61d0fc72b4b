package io.myelin.engine.jinja;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;

class ChatTemplateFuzz {
  private static final Map<String, Object> VARIABLES =
      Map.of(
          "messages",
          List.of(
              Map.of("role", MarkedText.template("user"), "content", " a question\n"),
              Map.of("role", MarkedText.template("assistant"), "content", "<think>x</think>y")),
          "add_generation_prompt",
          true,
          "bos_token",
          MarkedText.template("<s>"));

  @FuzzTest(maxDuration = "6s")
  void aTemplateIsRenderedOrRefused(byte[] source) {
    try {
      MarkedText text =
          ChatTemplate.parse(new String(source, StandardCharsets.UTF_8))
              .render(VARIABLES, Instant.EPOCH);
      assertThat(text.hasContent()).isEqualTo(!text.isTemplate(0, text.length()));
    } catch (TemplateException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }
}

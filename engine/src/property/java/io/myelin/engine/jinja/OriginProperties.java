package io.myelin.engine.jinja;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

/**
 * What a message says is never taken for the template's, whatever a template does with it. Messages
 * here use characters that no template contains, so that every character tells where it is from.
 */
class OriginProperties {
  private static final List<String> TEMPLATES =
      List.of(
          "smollm2",
          "smollm3",
          "qwen2.5",
          "qwen3",
          "qwen3-coder",
          "mistral-nemo",
          "phi-3.5",
          "deepseek-r1",
          "deepseek-v3.1",
          "gpt-oss",
          "granite-3.3",
          "glm-4.6",
          "llama3-style");
  private static final char FIRST = '\ue000';
  private static final char LAST = '\ue0ff';

  @Provide
  Arbitrary<String> foreign() {
    // With what templates look for in a message, and strip from it.
    return Arbitraries.oneOf(
            Arbitraries.strings().withCharRange(FIRST, LAST).ofMaxLength(12),
            Arbitraries.of("\n", " ", "</think>", "<think>", "<|im_end|>"))
        .list()
        .ofMaxSize(6)
        .map(parts -> String.join("", parts));
  }

  @Provide
  Arbitrary<String> template() {
    return Arbitraries.of(TEMPLATES);
  }

  @Property(tries = 300)
  void everyCharacterOfAMessageStaysContent(
      @ForAll("template") String name,
      @ForAll("foreign") String system,
      @ForAll("foreign") String question,
      @ForAll("foreign") String answer,
      @ForAll boolean tools) {
    List<Map<String, Object>> messages = new ArrayList<>();
    messages.add(message("system", system));
    messages.add(message("user", question));
    messages.add(message("assistant", answer));
    messages.add(message("user", question + answer));
    Map<String, @Nullable Object> variables = new LinkedHashMap<>();
    variables.put("messages", messages);
    variables.put("add_generation_prompt", true);
    variables.put("bos_token", MarkedText.template("<s>"));
    variables.put("eos_token", MarkedText.template("</s>"));
    variables.put("tools", tools ? List.of(tool(question, answer)) : null);
    MarkedText text =
        ChatTemplate.parse(JinjaFixtures.text("templates/" + name + ".jinja"))
            .render(variables, JinjaFixtures.NOW);
    for (int i = 0; i < text.length(); i++) {
      char c = text.text().charAt(i);
      if (c >= FIRST && c <= LAST) {
        assertThat(text.isTemplate(i, i + 1)).as("character %d of %s", i, text).isFalse();
      }
    }
    assertThat(text.isTemplate(0, text.length())).isEqualTo(!text.hasContent());
  }

  private static Map<String, Object> message(String role, String content) {
    return Map.of("role", MarkedText.template(role), "content", content);
  }

  private static Map<String, Object> tool(String name, String description) {
    return Map.of(
        "type",
        "function",
        "function",
        Map.of(
            "name",
            name,
            "description",
            description,
            "parameters",
            Map.of("type", "object", "properties", Map.of(name, Map.of("type", "string")))));
  }

  @Property
  void slicesAndJoinsKeepOrigins(@ForAll("pieces") List<MarkedText> pieces, @ForAll int seed) {
    Budget budget = new Budget(0);
    MarkedText.Builder builder = new MarkedText.Builder(budget);
    StringBuilder origins = new StringBuilder();
    for (MarkedText piece : pieces) {
      builder.append(piece);
      for (int i = 0; i < piece.length(); i++) {
        origins.append(piece.isTemplate(i, i + 1) ? 't' : 'c');
      }
    }
    MarkedText whole = builder.build();
    int from = Math.floorMod(seed, whole.length() + 1);
    int to = from + Math.floorMod(seed / 7, whole.length() - from + 1);
    MarkedText slice = whole.slice(from, to);
    assertThat(slice.text()).isEqualTo(whole.text().substring(from, to));
    for (int i = 0; i < slice.length(); i++) {
      assertThat(slice.isTemplate(i, i + 1) ? 't' : 'c').isEqualTo(origins.charAt(from + i));
    }
    assertThat(whole.isTemplate(from, to)).isEqualTo(origins.substring(from, to).indexOf('c') < 0);
    assertThat(slice.hasContent()).isEqualTo(origins.substring(from, to).indexOf('c') >= 0);
  }

  @Provide
  Arbitrary<List<MarkedText>> pieces() {
    Arbitrary<String> text = Arbitraries.strings().alpha().ofMaxLength(5);
    return Arbitraries.oneOf(text.map(MarkedText::template), text.map(MarkedText::content))
        .list()
        .ofMaxSize(8);
  }
}

package io.myelin.engine.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Everything comes out as Python's Jinja, set up by transformers, rendered it. */
class PythonEqualityTest {

  @TestFactory
  Stream<DynamicTest> snippets() {
    JsonNode file = JinjaFixtures.json("snippets.json");
    Map<String, @Nullable Object> variables = JinjaFixtures.variables(file.get("variables"));
    return StreamSupport.stream(file.get("snippets").spliterator(), false)
        .map(
            snippet ->
                DynamicTest.dynamicTest(
                    snippet.get("template").asText(),
                    () -> check(snippet.get("template").asText(), variables, snippet)));
  }

  @TestFactory
  Stream<DynamicTest> publishedTemplates() {
    JsonNode file = JinjaFixtures.json("expected.json");
    return file.get("rendered").properties().stream()
        .flatMap(
            template ->
                template.getValue().properties().stream()
                    .map(
                        chat ->
                            DynamicTest.dynamicTest(
                                template.getKey() + ": " + chat.getKey(),
                                () ->
                                    check(
                                        JinjaFixtures.text("templates/" + template.getKey()),
                                        JinjaFixtures.variables(
                                            file.get("chats").get(chat.getKey())),
                                        chat.getValue()))));
  }

  private static void check(
      String template, Map<String, @Nullable Object> variables, JsonNode expected) {
    if (expected.has("gives")) {
      MarkedText text = ChatTemplate.parse(template).render(variables, JinjaFixtures.NOW);
      assertThat(text.text()).isEqualTo(expected.get("gives").asText());
    } else {
      assertThatThrownBy(() -> ChatTemplate.parse(template).render(variables, JinjaFixtures.NOW))
          .isInstanceOf(TemplateException.class)
          .message()
          .isNotBlank();
    }
  }
}

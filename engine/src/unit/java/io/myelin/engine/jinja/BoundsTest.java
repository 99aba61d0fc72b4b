package io.myelin.engine.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A template cannot take a worker's time, memory or stack, nor see anything but its input. */
class BoundsTest {

  private static String render(String template) {
    return ChatTemplate.parse(template)
        .render(Map.of("s", "text", "messages", List.of(Map.of("content", "x"))), Instant.EPOCH)
        .text();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% for a in range(1000000000) %}{% endfor %}",
        "{% for a in range(3000) %}{% for b in range(3000) %}{% endfor %}{% endfor %}",
        "{% set ns = namespace(x='xx') %}{% for a in range(99) %}{% set ns.x = ns.x ~ ns.x %}{%"
            + " endfor %}",
        "{% set ns = namespace(x='xx') %}{% for a in range(99) %}{% set ns.x ="
            + " ns.x.replace('x', 'xx') %}{% endfor %}",
        "{{ 'x' * 1000000000 }}",
        "{{ 'xy' * 9000000000000000000 }}",
        "{{ [1] * 1000000000 }}",
        "{{ [1] * 9000000000 }}",
        "{{ ('x' * 100000) | indent(100000) }}",
        "{{ [[[1]]] | tojson(indent=1000000000) }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}",
        "{% set ns = namespace(x=[]) %}{% for a in range(9999) %}{% set ns.x = [ns.x] %}{% endfor"
            + " %}{{ ns.x }}",
        "{% set ns = namespace(x=[]) %}{% for a in range(9999) %}{% set ns.x = [ns.x] %}{% endfor"
            + " %}{{ ns.x == ns.x }}",
        "{% set ns = namespace(x=[]) %}{% for a in range(9999) %}{% set ns.x = [ns.x] %}{% endfor"
            + " %}{{ ns.x | tojson }}",
        "{% set ns = namespace(x=['ab'] * 100000) %}{{ ns.x | join(',' * 1000) }}",
        "{{ ('ab ' * 100000).split() | unique | list | length }}{{ range(90000) | unique }}",
        "{{ 2 ** 100 }}",
        "{{ 9223372036854775807 + 1 }}",
        "{{ 9223372036854775808 }}",
        "{{ s[::0] }}",
        "{{ '{:1000000000}'.format('x') }}",
        "{{ '%1000000000d' % 1 }}",
      })
  void shouldStop(String template) {
    assertThatThrownBy(() -> render(template)).isInstanceOf(TemplateException.class);
  }

  @Test
  void shouldRefuseNestedSource() {
    for (String nested :
        List.of(
            "{{ " + "(".repeat(50_000) + "1" + ")".repeat(50_000) + " }}",
            "{{ " + "[".repeat(50_000),
            "{{ " + "not ".repeat(50_000) + "1 }}",
            "{{ " + "-".repeat(50_000) + "1 }}",
            "{% if 1 %}".repeat(50_000),
            "{{ 1 if 1 else ".repeat(50_000))) {
      assertThatThrownBy(() -> render(nested)).isInstanceOf(TemplateException.class);
    }
    String chain = "{{ 1" + " + 1".repeat(50_000) + " }}";
    assertThatThrownBy(() -> render(chain)).isInstanceOf(TemplateException.class);
    assertThatThrownBy(() -> render("x".repeat(2 << 20))).hasMessageContaining("at most");
  }

  @Test
  void shouldRefuseNestedInput() {
    Object nested = "x";
    for (int i = 0; i < 5_000; i++) {
      nested = List.of(nested);
    }
    Object input = nested;
    assertThatThrownBy(
            () -> ChatTemplate.parse("{{ x }}").render(Map.of("x", input), Instant.EPOCH))
        .hasMessageContaining("nested deeper");
  }

  @Test
  void shouldSeeNoJavaObject() {
    for (String expression :
        List.of("s.getClass()", "s.class", "''.format.__globals__", "messages.stream()")) {
      assertThatThrownBy(() -> render("{{ " + expression + ".x }}"))
          .isInstanceOf(TemplateException.class);
    }
    assertThat(render("{{ s.class is defined }}{{ messages.size is defined }}"))
        .isEqualTo("FalseFalse");
    for (String statement : List.of("include 'x'", "import 'x' as y", "extends 'x'", "block x")) {
      assertThatThrownBy(() -> render("{% " + statement + " %}"))
          .hasMessageContaining("not supported");
    }
  }

  @Test
  void shouldRenderLongChatsAllTheSame() {
    List<Map<String, String>> messages =
        java.util.stream.IntStream.range(0, 2_000)
            .mapToObj(
                i ->
                    Map.of(
                        "role", i % 2 == 0 ? "user" : "assistant", "content", "word ".repeat(500)))
            .toList();
    String template = JinjaFixtures.text("templates/qwen3.jinja");
    String text =
        ChatTemplate.parse(template)
            .render(Map.of("messages", messages, "add_generation_prompt", true), Instant.EPOCH)
            .text();
    assertThat(text).hasSizeGreaterThan(2_000 * 2_500);
  }
}

package io.myelin.gateway.openai;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ToolCallReaderTest {
  private static final Set<String> FUNCTIONS = Set.of("f", "g");

  private static final class Found implements ToolCallReader.Out {
    private final StringBuilder content = new StringBuilder();
    private final List<String> calls = new ArrayList<>();

    @Override
    public void content(String text) {
      content.append(text);
    }

    @Override
    public void call(int index, String name) {
      assertThat(index).isEqualTo(calls.size());
      calls.add(name + " ");
    }

    @Override
    public void arguments(int index, String text) {
      calls.set(index, calls.get(index) + text);
    }
  }

  private static Found read(ToolPlan plan, String text, int pieceLength) {
    Found found = new Found();
    ToolCallReader reader = new ToolCallReader(plan, found);
    for (int i = 0; i < text.length(); i += pieceLength) {
      reader.text(text.substring(i, Math.min(text.length(), i + pieceLength)));
    }
    reader.end();
    assertThat(reader.calls()).isEqualTo(found.calls.size());
    return found;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 1000})
  void callsAreFoundHoweverTheTextIsCut(int pieceLength) {
    Found found =
        read(
            new ToolPlan.Auto(FUNCTIONS),
            "Let me see. <tool_call>\n{\"name\":\"f\",\"arguments\":{\"a\":1}}\n</tool_call>\n"
                + "<tool_call>{\"name\": \"g\", \"arguments\": {}}</tool_call>",
            pieceLength);
    assertThat(found.content.toString()).isEqualTo("Let me see. ");
    assertThat(found.calls).containsExactly("f {\"a\":1}", "g {}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Nothing to call.",
        "a < b, <tool and <tool_cal",
        "<tool_call>{\"name\":\"unknown\",\"arguments\":{}}</tool_call>",
        "<tool_call>not json</tool_call> and more",
        "<tool_call>{\"name\":\"f\"",
        "{\"name\":\"f\",\"arguments\":\"text\"}",
        "{\"city\":\"Paris\"}",
        "  \n"
      })
  void whatIsNoCallStaysText(String text) {
    for (int pieceLength : new int[] {1, 4, 1000}) {
      Found found = read(new ToolPlan.Auto(FUNCTIONS), text, pieceLength);
      assertThat(found.content.toString()).isEqualTo(text);
      assertThat(found.calls).isEmpty();
    }
  }

  @Test
  void anObjectAsTheWholeAnswerIsACall() {
    Found found =
        read(new ToolPlan.Auto(FUNCTIONS), " {\"name\":\"g\",\"parameters\":{\"b\":[2]}} ", 3);
    assertThat(found.calls).containsExactly("g {\"b\":[2]}");
    assertThat(found.content).isEmpty();
  }

  @Test
  void anEndWithoutTheClosingMarkStillCalls() {
    Found found =
        read(new ToolPlan.Auto(FUNCTIONS), "<tool_call>{\"name\":\"f\",\"arguments\":{}}", 5);
    assertThat(found.calls).containsExactly("f {}");
  }

  @Test
  void aForcedCallStreamsItsArguments() {
    Found found = read(new ToolPlan.Forced("f"), "{\"a\": <tool_call>}", 2);
    assertThat(found.calls).containsExactly("f {\"a\": <tool_call>}");
  }

  @Test
  void oneOfSeveral() {
    String call = "{\"name\":\"g\",\"arguments\":{\"x\":null}}";
    assertThat(read(new ToolPlan.OneOf(FUNCTIONS), call, 4).calls)
        .containsExactly("g {\"x\":null}");
    assertThat(read(new ToolPlan.OneOf(FUNCTIONS), "{\"name\":\"g\",", 4).content.toString())
        .isEqualTo("{\"name\":\"g\",");
  }
}

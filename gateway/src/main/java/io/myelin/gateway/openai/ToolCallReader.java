package io.myelin.gateway.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.gateway.http.ApiError;
import io.myelin.gateway.http.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * Finds calls of tools in the text of one answer while it comes. A call is recognised in the forms
 * that open models are trained to write: {@code <tool_call>{"name":…,"arguments":…}</tool_call>}
 * anywhere, or such an object as the whole answer. What is not a call of a known function is text,
 * and no text is lost.
 */
final class ToolCallReader {
  static final String OPEN = "<tool_call>";
  static final String CLOSE = "</tool_call>";

  /** Takes what was found, in order. */
  interface Out {
    /** Text that is no call. */
    void content(String text);

    /** A call begins. */
    void call(int index, String name);

    /** More of the arguments' JSON text. */
    void arguments(int index, String text);
  }

  private enum State {
    UNDECIDED,
    TEXT,
    CALL,
    WHOLE
  }

  private final ToolPlan plan;
  private final Out out;
  private final StringBuilder held = new StringBuilder();
  private State state = State.UNDECIDED;
  private int calls;

  ToolCallReader(ToolPlan plan, Out out) {
    this.plan = plan;
    this.out = out;
  }

  /** How many calls were found so far. */
  int calls() {
    return calls;
  }

  /** More of the answer. */
  void text(String text) {
    switch (plan) {
      case ToolPlan.NoTools none -> out.content(text);
      case ToolPlan.Forced forced -> {
        if (calls == 0) {
          out.call(calls++, forced.function());
        }
        out.arguments(0, text);
      }
      case ToolPlan.OneOf oneOf -> held.append(text);
      case ToolPlan.Auto auto -> {
        held.append(text);
        scan(auto.functions());
      }
    }
  }

  /** The answer is over. */
  void end() {
    if (held.isEmpty()) {
      return;
    }
    String rest = held.toString();
    held.setLength(0);
    boolean called =
        switch (plan) {
          case ToolPlan.NoTools none -> false;
          case ToolPlan.Forced forced -> false;
          case ToolPlan.OneOf oneOf -> callIn(rest, oneOf.functions());
          case ToolPlan.Auto auto ->
              (state == State.CALL || state == State.WHOLE) && callIn(rest, auto.functions());
        };
    if (!called) {
      out.content(state == State.CALL ? OPEN + rest : rest);
    }
  }

  private void scan(Set<String> functions) {
    boolean more = true;
    while (more) {
      more =
          switch (state) {
            case UNDECIDED -> decide();
            case TEXT -> passText();
            case CALL -> takeCall(functions);
            case WHOLE -> false;
          };
    }
  }

  private boolean decide() {
    String text = held.toString();
    if (text.isBlank()) {
      return false;
    }
    // Only an answer that is nothing but one JSON object can be a call without its mark.
    state = text.stripLeading().startsWith("{") ? State.WHOLE : State.TEXT;
    return state == State.TEXT;
  }

  private boolean passText() {
    int open = held.indexOf(OPEN);
    if (open >= 0) {
      emit(open);
      held.delete(0, OPEN.length());
      state = State.CALL;
      return true;
    }
    emit(held.length() - beginningOfMark());
    return false;
  }

  private boolean takeCall(Set<String> functions) {
    int close = held.indexOf(CLOSE);
    if (close < 0) {
      return false;
    }
    String inside = held.substring(0, close);
    held.delete(0, close + CLOSE.length());
    if (!callIn(inside, functions)) {
      out.content(OPEN + inside + CLOSE);
    }
    state = State.TEXT;
    return true;
  }

  /** How many characters at the end could be the beginning of the mark. */
  private int beginningOfMark() {
    for (int n = Math.min(OPEN.length() - 1, held.length()); n > 0; n--) {
      if (OPEN.startsWith(held.substring(held.length() - n))) {
        return n;
      }
    }
    return 0;
  }

  private void emit(int characters) {
    if (characters > 0) {
      String text = held.substring(0, characters);
      held.delete(0, characters);
      // White space between calls is no content.
      if (!text.isBlank() || calls == 0) {
        out.content(text);
      }
    }
  }

  private boolean callIn(String json, Set<String> functions) {
    JsonNode node;
    try {
      node = StrictJson.parse(json.strip().getBytes(StandardCharsets.UTF_8));
    } catch (ApiError e) {
      return false;
    }
    String name = node.path("name").asText();
    JsonNode arguments = node.has("arguments") ? node.get("arguments") : node.get("parameters");
    if (!functions.contains(name) || !(arguments instanceof ObjectNode)) {
      return false;
    }
    out.call(calls, name);
    out.arguments(calls, arguments.toString());
    calls++;
    return true;
  }
}

package io.myelin.gateway.openai;

import io.myelin.gateway.http.JsonBytes;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/** Content and calls of an answer that is sent as one object. */
final class WholeMessage implements ToolCallReader.Out {
  private final String callIdStem;
  private final int choice;
  private final StringBuilder content = new StringBuilder();
  private final List<String> names = new ArrayList<>();
  private final List<StringBuilder> arguments = new ArrayList<>();

  WholeMessage(String callIdStem, int choice) {
    this.callIdStem = callIdStem;
    this.choice = choice;
  }

  @Override
  public void content(String text) {
    content.append(text);
  }

  @Override
  public void call(int index, String name) {
    names.add(name);
    arguments.add(new StringBuilder());
  }

  @Override
  public void arguments(int index, String text) {
    arguments.get(index).append(text);
  }

  /** The content, null when there are only calls, and {@code tool_calls} when there are some. */
  void write(ByteBuf out) {
    boolean called = !names.isEmpty();
    JsonBytes.stringOrNull(out, called && content.isEmpty() ? null : content.toString());
    if (!called) {
      return;
    }
    JsonBytes.raw(out, ",\"tool_calls\":[");
    for (int i = 0; i < names.size(); i++) {
      JsonBytes.raw(out, i > 0 ? ",{\"id\":" : "{\"id\":");
      JsonBytes.string(out, ChatFormat.callId(callIdStem, choice, i));
      JsonBytes.raw(out, ",\"type\":\"function\",\"function\":{\"name\":");
      JsonBytes.string(out, names.get(i));
      JsonBytes.raw(out, ",\"arguments\":");
      JsonBytes.string(out, arguments.get(i).toString());
      JsonBytes.raw(out, "}}");
    }
    out.writeByte(']');
  }
}

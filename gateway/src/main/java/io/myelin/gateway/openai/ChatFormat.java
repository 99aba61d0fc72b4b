package io.myelin.gateway.openai;

import com.google.protobuf.ByteString;
import io.myelin.gateway.http.JsonBytes;
import io.myelin.v1.GeneratedChunk;
import io.myelin.v1.GenerationResult;
import io.myelin.v1.TokenLogprob;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The chat completions API: {@code chat.completion.chunk} events or one {@code chat.completion}.
 */
final class ChatFormat implements AnswerFormat {
  private final AnswerHead head;
  private final boolean logprobs;
  private final boolean plainText;
  private final byte[] eventEnd;
  private final byte[] plainEnd;
  private final List<Choice> choices = new ArrayList<>();

  ChatFormat(AnswerHead head, GenerationRequest request, String callIdStem) {
    this.head = head;
    this.logprobs = request.logprobs();
    this.plainText = request.tools() instanceof ToolPlan.NoTools && !logprobs;
    String usage = request.includeUsage() ? ",\"usage\":null}\n\n" : "}\n\n";
    this.eventEnd = ascii(usage);
    this.plainEnd = ascii("\"},\"logprobs\":null,\"finish_reason\":null}]" + usage);
    ByteBuf begin = Unpooled.buffer(256);
    JsonBytes.raw(begin, "data: ");
    head.write(begin, "chat.completion.chunk");
    JsonBytes.raw(begin, "\"choices\":[{\"index\":");
    byte[] beginning = ByteBufUtil.getBytes(begin);
    for (int i = 0; i < request.specs().size(); i++) {
      choices.add(new Choice(beginning, i, request.tools(), callIdStem));
    }
  }

  @Override
  public void open(ByteBuf out, int choice) {
    Choice c = choices.get(choice);
    out.writeBytes(c.deltaBegin);
    JsonBytes.raw(
        out,
        c.plan instanceof ToolPlan.NoTools
            ? "{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null}"
            : "{\"role\":\"assistant\",\"content\":null,\"refusal\":null}");
    JsonBytes.raw(out, ",\"logprobs\":null,\"finish_reason\":null}]");
    out.writeBytes(eventEnd);
  }

  @Override
  public void chunk(ByteBuf out, int choice, GeneratedChunk chunk) {
    Choice c = choices.get(choice);
    ByteString text = chunk.getText();
    if (plainText) {
      if (!text.isEmpty()) {
        // The hot path: two copies of prepared bytes and the escaped text between them.
        out.writeBytes(c.textBegin);
        JsonBytes.escaped(out, text);
        out.writeBytes(plainEnd);
      }
      return;
    }
    if (logprobs) {
      c.pending.addAll(chunk.getLogprobsList());
    }
    c.out = out;
    if (!text.isEmpty()) {
      c.calls.text(text.toStringUtf8());
    } else if (!c.pending.isEmpty()) {
      c.content("");
    }
  }

  @Override
  public void close(ByteBuf out, int choice, GenerationResult result) {
    Choice c = choices.get(choice);
    c.out = out;
    c.calls.end();
    out.writeBytes(c.deltaBegin);
    JsonBytes.raw(out, "{}");
    c.logprobs();
    JsonBytes.raw(out, ",\"finish_reason\":\"");
    JsonBytes.raw(out, AnswerFormat.finishReason(result.getReason(), c.calls.calls() > 0));
    JsonBytes.raw(out, "\"}]");
    out.writeBytes(eventEnd);
  }

  @Override
  public void usage(ByteBuf out, Usage usage) {
    JsonBytes.raw(out, "data: ");
    head.write(out, "chat.completion.chunk");
    JsonBytes.raw(out, "\"choices\":[],\"usage\":");
    usage.write(out);
    JsonBytes.raw(out, "}\n\n");
  }

  @Override
  public void whole(
      ByteBuf out, List<List<GeneratedChunk>> chunks, List<GenerationResult> results, Usage usage) {
    head.write(out, "chat.completion");
    JsonBytes.raw(out, "\"choices\":[");
    for (int i = 0; i < chunks.size(); i++) {
      if (i > 0) {
        out.writeByte(',');
      }
      wholeChoice(out, i, chunks.get(i), results.get(i));
    }
    JsonBytes.raw(out, "],\"usage\":");
    usage.write(out);
    out.writeByte('}');
  }

  private void wholeChoice(
      ByteBuf out, int index, List<GeneratedChunk> chunks, GenerationResult result) {
    WholeMessage message = new WholeMessage(choices.get(index).callIdStem, index);
    ToolCallReader calls = new ToolCallReader(choices.get(index).plan, message);
    calls.text(wholeText(chunks));
    calls.end();
    JsonBytes.raw(out, "{\"index\":");
    JsonBytes.number(out, index);
    JsonBytes.raw(out, ",\"message\":{\"role\":\"assistant\",\"content\":");
    message.write(out);
    JsonBytes.raw(out, ",\"refusal\":null,\"annotations\":[]},\"logprobs\":");
    if (logprobs) {
      Logprobs.chat(
          out, chunks.stream().flatMap(chunk -> chunk.getLogprobsList().stream()).toList());
    } else {
      JsonBytes.raw(out, "null");
    }
    JsonBytes.raw(out, ",\"finish_reason\":\"");
    JsonBytes.raw(out, AnswerFormat.finishReason(result.getReason(), calls.calls() > 0));
    JsonBytes.raw(out, "\"}");
  }

  static String wholeText(List<GeneratedChunk> chunks) {
    ByteString text = ByteString.EMPTY;
    for (GeneratedChunk chunk : chunks) {
      text = text.concat(chunk.getText());
    }
    return text.toStringUtf8();
  }

  static String callId(String stem, int choice, int call) {
    return "call_" + stem + String.format("%02x%02x", choice, call);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** The events of one choice. */
  private final class Choice implements ToolCallReader.Out {
    private final byte[] deltaBegin;
    private final byte[] textBegin;
    private final int index;
    private final ToolPlan plan;
    private final String callIdStem;
    private final ToolCallReader calls;
    private final List<TokenLogprob> pending = new ArrayList<>();
    private ByteBuf out = Unpooled.EMPTY_BUFFER;

    Choice(byte[] beginning, int index, ToolPlan plan, String callIdStem) {
      this.index = index;
      this.plan = plan;
      this.callIdStem = callIdStem;
      this.calls = new ToolCallReader(plan, this);
      String delta = new String(beginning, StandardCharsets.UTF_8) + index + ",\"delta\":";
      this.deltaBegin = delta.getBytes(StandardCharsets.UTF_8);
      this.textBegin = (delta + "{\"content\":\"").getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void content(String text) {
      out.writeBytes(textBegin);
      JsonBytes.escaped(out, text);
      JsonBytes.raw(out, "\"}");
      eventEnd();
    }

    @Override
    public void call(int call, String name) {
      callBegin(call);
      JsonBytes.raw(out, ",\"id\":");
      JsonBytes.string(out, callId(callIdStem, index, call));
      JsonBytes.raw(out, ",\"type\":\"function\",\"function\":{\"name\":");
      JsonBytes.string(out, name);
      JsonBytes.raw(out, ",\"arguments\":\"\"}}]}");
      eventEnd();
    }

    @Override
    public void arguments(int call, String text) {
      callBegin(call);
      JsonBytes.raw(out, ",\"function\":{\"arguments\":");
      JsonBytes.string(out, text);
      JsonBytes.raw(out, "}}]}");
      eventEnd();
    }

    private void callBegin(int call) {
      out.writeBytes(deltaBegin);
      JsonBytes.raw(out, "{\"tool_calls\":[{\"index\":");
      JsonBytes.number(out, call);
    }

    private void eventEnd() {
      logprobs();
      JsonBytes.raw(out, ",\"finish_reason\":null}]");
      out.writeBytes(eventEnd);
    }

    private void logprobs() {
      JsonBytes.raw(out, ",\"logprobs\":");
      if (pending.isEmpty()) {
        JsonBytes.raw(out, "null");
      } else {
        Logprobs.chat(out, pending);
        pending.clear();
      }
    }
  }
}

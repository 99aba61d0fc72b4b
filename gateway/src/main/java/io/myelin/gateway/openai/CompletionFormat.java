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
import java.util.List;

/** The completions API: {@code text_completion} events or one such object. */
final class CompletionFormat implements AnswerFormat {
  private static final String OBJECT = "text_completion";

  private final AnswerHead head;
  private final List<String> echoes;
  private final boolean logprobs;
  private final byte[] eventEnd;
  private final byte[] plainEnd;
  private final byte[][] textBegin;

  /** Characters of each choice's text so far: where its next token's text begins. */
  private final int[] offsets;

  CompletionFormat(AnswerHead head, GenerationRequest request) {
    this.head = head;
    this.echoes = request.echoes();
    this.logprobs = request.logprobs();
    String usage = request.includeUsage() ? ",\"usage\":null}\n\n" : "}\n\n";
    this.eventEnd = ascii(usage);
    this.plainEnd = ascii("\",\"logprobs\":null,\"finish_reason\":null}]" + usage);
    int choices = request.specs().size();
    this.textBegin = new byte[choices][];
    this.offsets = new int[choices];
    for (int i = 0; i < choices; i++) {
      ByteBuf begin = Unpooled.buffer(256);
      JsonBytes.raw(begin, "data: ");
      head.write(begin, OBJECT);
      JsonBytes.raw(begin, "\"choices\":[{\"index\":");
      JsonBytes.number(begin, i);
      JsonBytes.raw(begin, ",\"text\":\"");
      textBegin[i] = ByteBufUtil.getBytes(begin);
    }
  }

  @Override
  public void open(ByteBuf out, int choice) {
    String echo = echoes.get(choice);
    if (!echo.isEmpty()) {
      out.writeBytes(textBegin[choice]);
      JsonBytes.escaped(out, echo);
      out.writeBytes(plainEnd);
    }
  }

  @Override
  public void chunk(ByteBuf out, int choice, GeneratedChunk chunk) {
    ByteString text = chunk.getText();
    boolean withLogprobs = logprobs && chunk.getLogprobsCount() > 0;
    if (text.isEmpty() && !withLogprobs) {
      return;
    }
    out.writeBytes(textBegin[choice]);
    JsonBytes.escaped(out, text);
    if (withLogprobs) {
      JsonBytes.raw(out, "\",\"logprobs\":");
      offsets[choice] = Logprobs.legacy(out, chunk.getLogprobsList(), offsets[choice]);
      JsonBytes.raw(out, ",\"finish_reason\":null}]");
      out.writeBytes(eventEnd);
    } else {
      out.writeBytes(plainEnd);
    }
  }

  @Override
  public void close(ByteBuf out, int choice, GenerationResult result) {
    out.writeBytes(textBegin[choice]);
    JsonBytes.raw(out, "\",\"logprobs\":null,\"finish_reason\":\"");
    JsonBytes.raw(out, AnswerFormat.finishReason(result.getReason(), false));
    JsonBytes.raw(out, "\"}]");
    out.writeBytes(eventEnd);
  }

  @Override
  public void usage(ByteBuf out, Usage usage) {
    JsonBytes.raw(out, "data: ");
    head.write(out, OBJECT);
    JsonBytes.raw(out, "\"choices\":[],\"usage\":");
    usage.write(out);
    JsonBytes.raw(out, "}\n\n");
  }

  @Override
  public void whole(
      ByteBuf out, List<List<GeneratedChunk>> chunks, List<GenerationResult> results, Usage usage) {
    head.write(out, OBJECT);
    JsonBytes.raw(out, "\"choices\":[");
    for (int i = 0; i < chunks.size(); i++) {
      JsonBytes.raw(out, i > 0 ? ",{\"index\":" : "{\"index\":");
      JsonBytes.number(out, i);
      JsonBytes.raw(out, ",\"text\":");
      JsonBytes.string(out, echoes.get(i) + ChatFormat.wholeText(chunks.get(i)));
      JsonBytes.raw(out, ",\"logprobs\":");
      if (logprobs) {
        List<TokenLogprob> all =
            chunks.get(i).stream().flatMap(chunk -> chunk.getLogprobsList().stream()).toList();
        var _ = Logprobs.legacy(out, all, 0);
      } else {
        JsonBytes.raw(out, "null");
      }
      JsonBytes.raw(out, ",\"finish_reason\":\"");
      JsonBytes.raw(out, AnswerFormat.finishReason(results.get(i).getReason(), false));
      JsonBytes.raw(out, "\"}");
    }
    JsonBytes.raw(out, "],\"usage\":");
    usage.write(out);
    out.writeByte('}');
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}

package io.myelin.gateway.openai;

import com.google.protobuf.ByteString;
import io.myelin.gateway.http.JsonBytes;
import io.myelin.v1.TokenLogprob;
import io.myelin.v1.TopLogprob;
import io.netty.buffer.ByteBuf;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Log-probabilities in the shapes of the chat API and of the older completions API. */
final class Logprobs {
  /** Wire values are natural logarithms times this. */
  private static final double SCALE = 1024;

  private Logprobs() {}

  /** {@code {"content":[…],"refusal":null}}. */
  static void chat(ByteBuf out, List<TokenLogprob> tokens) {
    JsonBytes.raw(out, "{\"content\":[");
    for (int i = 0; i < tokens.size(); i++) {
      if (i > 0) {
        out.writeByte(',');
      }
      TokenLogprob token = tokens.get(i);
      chatToken(out, token.getText(), token.getLogprobQ10());
      JsonBytes.raw(out, ",\"top_logprobs\":[");
      for (int j = 0; j < token.getTopCount(); j++) {
        if (j > 0) {
          out.writeByte(',');
        }
        TopLogprob top = token.getTop(j);
        chatToken(out, top.getText(), top.getLogprobQ10());
        out.writeByte('}');
      }
      JsonBytes.raw(out, "]}");
    }
    JsonBytes.raw(out, "],\"refusal\":null}");
  }

  private static void chatToken(ByteBuf out, ByteString text, int logprobQ10) {
    JsonBytes.raw(out, "{\"token\":");
    JsonBytes.string(out, shown(text, ""));
    JsonBytes.raw(out, ",\"logprob\":");
    JsonBytes.number(out, logprobQ10 / SCALE);
    JsonBytes.raw(out, ",\"bytes\":[");
    for (int i = 0; i < text.size(); i++) {
      if (i > 0) {
        out.writeByte(',');
      }
      JsonBytes.number(out, text.byteAt(i) & 0xFF);
    }
    out.writeByte(']');
  }

  /**
   * The four parallel lists of the completions API.
   *
   * @param firstOffset characters of the choice's text before the first of these tokens
   * @return characters of the choice's text after the last of them
   */
  static int legacy(ByteBuf out, List<TokenLogprob> tokens, int firstOffset) {
    JsonBytes.raw(out, "{\"tokens\":[");
    for (int i = 0; i < tokens.size(); i++) {
      comma(out, i);
      JsonBytes.string(out, shown(tokens.get(i).getText(), "bytes:"));
    }
    JsonBytes.raw(out, "],\"token_logprobs\":[");
    for (int i = 0; i < tokens.size(); i++) {
      comma(out, i);
      JsonBytes.number(out, tokens.get(i).getLogprobQ10() / SCALE);
    }
    JsonBytes.raw(out, "],\"top_logprobs\":[");
    for (int i = 0; i < tokens.size(); i++) {
      comma(out, i);
      legacyTop(out, tokens.get(i));
    }
    JsonBytes.raw(out, "],\"text_offset\":[");
    int offset = firstOffset;
    for (int i = 0; i < tokens.size(); i++) {
      comma(out, i);
      JsonBytes.number(out, offset);
      offset += characters(tokens.get(i).getText());
    }
    JsonBytes.raw(out, "]}");
    return offset;
  }

  /** The most probable ones and always the one that was taken, keyed by their text. */
  private static void legacyTop(ByteBuf out, TokenLogprob token) {
    Map<String, Integer> byText = new LinkedHashMap<>();
    for (TopLogprob top : token.getTopList()) {
      byText.putIfAbsent(shown(top.getText(), "bytes:"), top.getLogprobQ10());
    }
    byText.putIfAbsent(shown(token.getText(), "bytes:"), token.getLogprobQ10());
    out.writeByte('{');
    int i = 0;
    for (Map.Entry<String, Integer> entry : byText.entrySet()) {
      comma(out, i++);
      JsonBytes.string(out, entry.getKey());
      out.writeByte(':');
      JsonBytes.number(out, entry.getValue() / SCALE);
    }
    out.writeByte('}');
  }

  private static void comma(ByteBuf out, int index) {
    if (index > 0) {
      out.writeByte(',');
    }
  }

  /** A token that is no whole character is shown as its bytes, {@code \xf0\x9f}, as OpenAI does. */
  static String shown(ByteString text, String prefix) {
    if (text.isValidUtf8()) {
      return text.toStringUtf8();
    }
    StringBuilder hex = new StringBuilder(prefix);
    for (int i = 0; i < text.size(); i++) {
      hex.append("\\x");
      hex.append(Character.forDigit((text.byteAt(i) >> 4) & 15, 16));
      hex.append(Character.forDigit(text.byteAt(i) & 15, 16));
    }
    return hex.toString();
  }

  /** Characters that begin in these bytes: all but UTF-8's continuation bytes. */
  private static int characters(ByteString text) {
    int count = 0;
    for (int i = 0; i < text.size(); i++) {
      if ((text.byteAt(i) & 0xC0) != 0x80) {
        count++;
      }
    }
    return count;
  }
}

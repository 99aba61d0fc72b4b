package io.myelin.protocol.queue;

import io.myelin.v1.ChatMessage;
import io.myelin.v1.GenerationSpec;
import java.nio.charset.StandardCharsets;

/**
 * The most tokens that a prompt can come to, known before any tokenizer saw it: a token is at least
 * one byte, and a chat template adds some around each message.
 */
public final class PromptBound {
  /** What a template may add around the whole. */
  public static final int TEMPLATE_TOKENS = 128;

  /** What a template may add around each message. */
  public static final int MESSAGE_TOKENS = 32;

  private PromptBound() {}

  /** Of a text generation. */
  public static long tokens(GenerationSpec spec) {
    return switch (spec.getPromptCase()) {
      case TEXT -> TEMPLATE_TOKENS + spec.getText().getBytes(StandardCharsets.UTF_8).length;
      case PROMPT_TOKENS -> TEMPLATE_TOKENS + spec.getPromptTokens().getTokensCount();
      case CHAT -> {
        long sum = TEMPLATE_TOKENS;
        for (ChatMessage message : spec.getChat().getMessagesList()) {
          // Every field may be rendered: the serialised size bounds them all.
          sum += MESSAGE_TOKENS + message.getSerializedSize();
        }
        for (var tool : spec.getChat().getToolsList()) {
          sum += MESSAGE_TOKENS + tool.getSerializedSize();
        }
        yield sum;
      }
      case PROMPT_NOT_SET -> TEMPLATE_TOKENS;
    };
  }
}

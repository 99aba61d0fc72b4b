package io.myelin.gateway.pipeline;

import io.myelin.gateway.session.TokenPrice;
import io.myelin.gateway.task.Submission;
import io.myelin.protocol.queue.PromptBound;
import io.myelin.v1.EmbeddingSpec;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;

/**
 * The most tokens a task can come to, known before any tokenizer saw it: a token is at least one
 * byte, and a chat template adds some around each message.
 */
record TaskSize(long promptTokens, long outputTokens) {
  private static final int UNKNOWN_CONTEXT = 131_072;

  static TaskSize of(Submission.Work work, int contextLength) {
    long context = contextLength > 0 ? contextLength : UNKNOWN_CONTEXT;
    return switch (work) {
      case Submission.Work.Generate generate -> {
        long prompt = Math.min(context, PromptBound.tokens(generate.spec()));
        long wanted = Integer.toUnsignedLong(generate.spec().getMaxTokens());
        yield new TaskSize(prompt, wanted == 0 ? context : Math.min(context, wanted));
      }
      case Submission.Work.Embed embed -> new TaskSize(promptTokens(embed.spec()), 0);
    };
  }

  /** What it costs at most, all nodes together. */
  BigInteger mostWei(TokenPrice price, int nodes) {
    return price.ofTokens(promptTokens, outputTokens).multiply(BigInteger.valueOf(nodes));
  }

  private static long promptTokens(EmbeddingSpec spec) {
    long sum = 0;
    for (String input : spec.getInputsList()) {
      sum += PromptBound.MESSAGE_TOKENS + bytes(input);
    }
    return sum;
  }

  private static long bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}

package io.myelin.engine.upstream;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.myelin.v1.FinishReason;
import io.myelin.v1.TokenLogprob;
import io.myelin.v1.TopLogprob;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What one event of an upstream's stream says.
 *
 * @param text new text; empty for none
 * @param logprobs of its tokens, where the upstream gives them; their ids are 0
 * @param finish why it ends; unspecified while it does not
 * @param promptTokens from the usage; -1 when it has none
 * @param outputTokens from the usage; -1 when it has none
 */
record UpstreamChunk(
    String text,
    List<TokenLogprob> logprobs,
    FinishReason finish,
    int promptTokens,
    int outputTokens) {
  // exp(-64) is zero for all that is done with it, and -infinity has no integer.
  private static final double LEAST_LOGPROB = -64;

  /** Reads it; fields of the wrong type are an error, unknown ones are not. */
  static UpstreamChunk of(JsonNode json) throws IOException {
    JsonNode usage = json.path("usage");
    JsonNode choice = json.path("choices").path(0);
    JsonNode delta = choice.path("delta");
    if (delta.path("tool_calls").size() > 0) {
      throw new IOException("a tool call in the upstream's own form (expected: text)");
    }
    return new UpstreamChunk(
        text(choice.has("delta") ? delta.path("content") : choice.path("text")),
        logprobs(choice.path("logprobs")),
        finish(choice.path("finish_reason")),
        usage.path("prompt_tokens").asInt(-1),
        usage.path("completion_tokens").asInt(-1));
  }

  private static String text(JsonNode node) throws IOException {
    if (node.isMissingNode() || node.isNull()) {
      return "";
    }
    if (!node.isTextual()) {
      throw new IOException("content: " + node.getNodeType() + " (expected: a string)");
    }
    return node.asText();
  }

  private static FinishReason finish(JsonNode node) {
    return switch (node.asText("")) {
      case "", "null" -> FinishReason.FINISH_REASON_UNSPECIFIED;
      case "length" -> FinishReason.FINISH_REASON_LENGTH;
      case "tool_calls", "function_call" -> FinishReason.FINISH_REASON_TOOL_CALLS;
      default -> FinishReason.FINISH_REASON_STOP;
    };
  }

  private static List<TokenLogprob> logprobs(JsonNode node) {
    List<TokenLogprob> all = new ArrayList<>();
    for (JsonNode token : node.path("content")) {
      TokenLogprob.Builder one =
          TokenLogprob.newBuilder().setLogprobQ10(q10(token)).setText(bytes(token));
      for (JsonNode other : token.path("top_logprobs")) {
        one.addTop(TopLogprob.newBuilder().setLogprobQ10(q10(other)).setText(bytes(other)));
      }
      all.add(one.build());
    }
    // The completions API has parallel arrays instead.
    JsonNode tokens = node.path("tokens");
    for (int i = 0; i < tokens.size(); i++) {
      TokenLogprob.Builder one =
          TokenLogprob.newBuilder()
              .setLogprobQ10(q10(node.path("token_logprobs").path(i).asDouble(0)))
              .setText(ByteString.copyFromUtf8(tokens.get(i).asText()));
      node.path("top_logprobs")
          .path(i)
          .properties()
          .forEach(
              top ->
                  one.addTop(
                      TopLogprob.newBuilder()
                          .setLogprobQ10(q10(top.getValue().asDouble(0)))
                          .setText(ByteString.copyFromUtf8(top.getKey()))));
      all.add(one.build());
    }
    return all;
  }

  private static int q10(JsonNode token) {
    return q10(token.path("logprob").asDouble(0));
  }

  private static int q10(double logprob) {
    double bounded = Double.isNaN(logprob) ? LEAST_LOGPROB : logprob;
    return (int) Math.round(Math.min(0, Math.max(LEAST_LOGPROB, bounded)) * 1024);
  }

  private static ByteString bytes(JsonNode token) {
    JsonNode bytes = token.path("bytes");
    if (!bytes.isArray()) {
      return ByteString.copyFromUtf8(token.path("token").asText(""));
    }
    ByteString.Output out = ByteString.newOutput(bytes.size());
    bytes.forEach(one -> out.write(one.asInt()));
    return out.toByteString();
  }
}

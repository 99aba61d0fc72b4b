package io.myelin.gateway.openai;

import io.myelin.gateway.http.JsonBytes;
import io.myelin.v1.GenerationResult;
import io.netty.buffer.ByteBuf;
import java.util.List;

/**
 * Tokens of an answer.
 *
 * @param prompt of the prompt; counted once however many choices there are, as OpenAI does
 * @param completion of all choices
 * @param cached of the prompt, found in a shared prefix
 */
record Usage(long prompt, long completion, long cached) {

  /** Of choices that came from {@code prompts} different prompts, each with as many choices. */
  static Usage of(List<GenerationResult> results, int prompts) {
    int perPrompt = results.size() / prompts;
    long prompt = 0;
    long cached = 0;
    long completion = 0;
    for (int i = 0; i < results.size(); i++) {
      GenerationResult result = results.get(i);
      completion += Integer.toUnsignedLong(result.getOutputTokens());
      if (i % perPrompt == 0) {
        prompt += Integer.toUnsignedLong(result.getPromptTokens());
        cached += Integer.toUnsignedLong(result.getCachedTokens());
      }
    }
    return new Usage(prompt, completion, cached);
  }

  /** As JSON. */
  void write(ByteBuf out) {
    JsonBytes.raw(out, "{\"prompt_tokens\":");
    JsonBytes.number(out, prompt);
    JsonBytes.raw(out, ",\"completion_tokens\":");
    JsonBytes.number(out, completion);
    JsonBytes.raw(out, ",\"total_tokens\":");
    JsonBytes.number(out, prompt + completion);
    JsonBytes.raw(out, ",\"prompt_tokens_details\":{\"cached_tokens\":");
    JsonBytes.number(out, cached);
    JsonBytes.raw(
        out,
        ",\"audio_tokens\":0},\"completion_tokens_details\":{\"reasoning_tokens\":0,"
            + "\"audio_tokens\":0,\"accepted_prediction_tokens\":0,"
            + "\"rejected_prediction_tokens\":0}}");
  }
}

package io.myelin.engine.upstream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.engine.EngineException;
import io.myelin.engine.OutputPrefix;
import io.myelin.engine.constrain.tools.ToolPrompts;
import io.myelin.v1.ChatMessage;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.OutputConstraint;
import io.myelin.v1.SamplingParams;

/** A request in OpenAI's words. What has no word there is refused, never left out. */
final class UpstreamRequests {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MAX_STOPS = 4;

  private UpstreamRequests() {}

  /** Path below the base URL, and the body. */
  record Prepared(String path, ObjectNode body) {}

  static Prepared generation(UpstreamConfig config, GenerationSpec spec, OutputPrefix prefix) {
    ObjectNode body = JSON.createObjectNode().put("model", config.upstreamModel());
    String path =
        switch (spec.getPromptCase()) {
          case CHAT -> {
            chat(config, spec, prefix, body);
            yield "chat/completions";
          }
          case TEXT -> {
            body.put("prompt", spec.getText() + prefix.text());
            yield "completions";
          }
          case PROMPT_TOKENS ->
              throw bad(
                  "prompt_tokens: "
                      + spec.getPromptTokens().getTokensCount()
                      + " (expected: text or messages; the upstream's token ids are not known here)");
          case PROMPT_NOT_SET -> throw bad("prompt: none (expected: messages or text)");
        };
    sampling(spec.getSampling(), body);
    if (spec.getIgnoreEos()) {
      throw bad("ignore_eos: true (expected: false; an upstream decides when it ends)");
    }
    if (spec.getMaxTokens() > 0) {
      int left = spec.getMaxTokens() - prefix.tokens().size();
      if (left <= 0) {
        throw bad(
            "max_tokens: "
                + spec.getMaxTokens()
                + " (expected: more than the "
                + prefix.tokens().size()
                + " delivered; an upstream cannot only finish)");
      }
      body.put("max_tokens", left);
    }
    if (spec.getStopCount() > MAX_STOPS) {
      throw bad("stop: " + spec.getStopCount() + " strings (expected: at most " + MAX_STOPS + ")");
    }
    if (spec.getStopCount() > 0) {
      ArrayNode stop = body.putArray("stop");
      spec.getStopList().forEach(stop::add);
    }
    logprobs(spec, body);
    constraint(spec.getConstraint(), body);
    body.put("stream", true);
    body.putObject("stream_options").put("include_usage", true);
    return new Prepared(path, body);
  }

  private static void chat(
      UpstreamConfig config, GenerationSpec spec, OutputPrefix prefix, ObjectNode body) {
    ArrayNode messages = body.putArray("messages");
    for (ChatMessage message : ToolPrompts.flatten(spec).getMessagesList()) {
      ObjectNode json = messages.addObject().put("role", message.getRole());
      json.put("content", message.getContent());
      if (!message.getName().isEmpty()) {
        json.put("name", message.getName());
      }
    }
    if (prefix.text().isEmpty() && prefix.tokens().isEmpty()) {
      return;
    }
    switch (config.continuation()) {
      case NONE ->
          throw bad(
              "prefix: "
                  + prefix.tokens().size()
                  + " tokens (expected: none; the upstream of "
                  + config.modelId()
                  + " cannot continue a chat)");
      case LAST_MESSAGE -> {}
      case ASKED -> body.put("add_generation_prompt", false).put("continue_final_message", true);
    }
    messages.addObject().put("role", "assistant").put("content", prefix.text());
  }

  private static void sampling(SamplingParams sampling, ObjectNode body) {
    if (sampling.getTopK() != 0 || sampling.getMinP() != 0) {
      throw bad(
          "top_k, min_p: "
              + Integer.toUnsignedString(sampling.getTopK())
              + ", "
              + sampling.getMinP()
              + " (expected: 0, 0; OpenAI's API has neither)");
    }
    if (sampling.getRepeatPenalty() != 0 && sampling.getRepeatPenalty() != 1) {
      throw bad(
          "repeat_penalty: "
              + sampling.getRepeatPenalty()
              + " (expected: 1; OpenAI's API has none)");
    }
    body.put("temperature", sampling.getTemperature());
    if (sampling.getTopP() > 0 && sampling.getTopP() < 1) {
      body.put("top_p", sampling.getTopP());
    }
    if (sampling.getPresencePenalty() != 0) {
      body.put("presence_penalty", sampling.getPresencePenalty());
    }
    if (sampling.getFrequencyPenalty() != 0) {
      body.put("frequency_penalty", sampling.getFrequencyPenalty());
    }
    // Servers keep the seed in 31 to 64 bits, signed or not: 31 bits fit all of them.
    body.put("seed", sampling.getSeed() & Integer.MAX_VALUE);
    if (sampling.getLogitBiasCount() > 0) {
      ObjectNode bias = body.putObject("logit_bias");
      sampling.getLogitBiasMap().forEach((id, by) -> bias.put(Integer.toUnsignedString(id), by));
    }
  }

  private static void logprobs(GenerationSpec spec, ObjectNode body) {
    if (!spec.getLogprobs()) {
      return;
    }
    if (spec.hasText()) {
      body.put("logprobs", spec.getTopLogprobs());
    } else {
      body.put("logprobs", true);
      if (spec.getTopLogprobs() > 0) {
        body.put("top_logprobs", spec.getTopLogprobs());
      }
    }
  }

  private static void constraint(OutputConstraint constraint, ObjectNode body) {
    switch (constraint.getKind()) {
      case KIND_FREE_TEXT -> {}
      case KIND_JSON_OBJECT -> body.putObject("response_format").put("type", "json_object");
      case KIND_JSON_SCHEMA -> {
        ObjectNode format = body.putObject("response_format").put("type", "json_schema");
        ObjectNode schema = format.putObject("json_schema").put("name", "answer");
        schema.put("strict", true);
        try {
          schema.set("schema", JSON.readTree(constraint.getSchemaJson()));
        } catch (JsonProcessingException e) {
          throw bad("schema_json: " + e.getOriginalMessage() + " (expected: a JSON Schema)");
        }
      }
      case UNRECOGNIZED -> throw bad("constraint: of a kind this version does not know");
    }
  }

  private static EngineException bad(String message) {
    return new EngineException(EngineException.Kind.BAD_REQUEST, message);
  }
}

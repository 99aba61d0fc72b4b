package io.myelin.engine.llama;

import io.myelin.engine.EngineException;
import io.myelin.engine.EngineException.Kind;
import io.myelin.engine.text.TextAssembler;
import io.myelin.v1.EmbeddingSpec;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.SamplingParams;
import java.nio.charset.StandardCharsets;

/** Refuses what makes no sense before anything is started. */
final class SpecCheck {
  private SpecCheck() {}

  static void generation(GenerationSpec spec, String modelId, int vocabulary) {
    model(spec.getModel(), modelId);
    SamplingParams sampling = spec.getSampling();
    range("temperature", sampling.getTemperature(), 0, 10);
    range("top_p", sampling.getTopP(), 0, 1);
    range("min_p", sampling.getMinP(), 0, 1);
    range("presence_penalty", sampling.getPresencePenalty(), -10, 10);
    range("frequency_penalty", sampling.getFrequencyPenalty(), -10, 10);
    range("repeat_penalty", sampling.getRepeatPenalty(), 0, 10);
    if (sampling.getTopK() < 0) {
      throw bad("top_k: " + Integer.toUnsignedString(sampling.getTopK()) + " (expected: < 2^31)");
    }
    sampling
        .getLogitBiasMap()
        .forEach(
            (token, value) -> {
              if (token < 0 || token >= vocabulary) {
                throw bad(
                    "logit_bias: token %s (expected: 0..%d)"
                        .formatted(Integer.toUnsignedString(token), vocabulary - 1));
              }
              range("logit_bias", value, -100, 100);
            });
    if (spec.getMaxTokens() < 0) {
      throw bad(
          "max_tokens: " + Integer.toUnsignedString(spec.getMaxTokens()) + " (expected: < 2^31)");
    }
    top(spec.getTopLogprobs());
    if (spec.getStopCount() > TextAssembler.MAX_STOPS) {
      throw bad(
          "stop: %d strings (expected: at most %d)"
              .formatted(spec.getStopCount(), TextAssembler.MAX_STOPS));
    }
    for (String stop : spec.getStopList()) {
      int bytes = stop.getBytes(StandardCharsets.UTF_8).length;
      if (bytes == 0 || bytes > TextAssembler.MAX_STOP_BYTES) {
        throw bad(
            "stop: a string of %d bytes (expected: 1..%d)"
                .formatted(bytes, TextAssembler.MAX_STOP_BYTES));
      }
    }
  }

  static void score(GenerationSpec spec, String modelId, int top) {
    model(spec.getModel(), modelId);
    top(top);
  }

  static void embedding(EmbeddingSpec spec, String modelId) {
    model(spec.getModel(), modelId);
    if (spec.getInputsCount() == 0) {
      throw bad("inputs: none (expected: at least one)");
    }
  }

  private static void model(String asked, String served) {
    if (!asked.equals(served)) {
      throw new EngineException(
          Kind.UNKNOWN_MODEL, "model: " + asked + " (expected: " + served + ")");
    }
  }

  private static void top(int top) {
    if (top < 0 || top > Evidence.MOST_ALTERNATIVES) {
      throw bad("top_logprobs: %d (expected: 0..%d)".formatted(top, Evidence.MOST_ALTERNATIVES));
    }
  }

  private static void range(String name, double value, double least, double most) {
    if (!(value >= least && value <= most)) {
      throw bad("%s: %s (expected: %s..%s)".formatted(name, value, least, most));
    }
  }

  private static EngineException bad(String message) {
    return new EngineException(Kind.BAD_REQUEST, message);
  }
}

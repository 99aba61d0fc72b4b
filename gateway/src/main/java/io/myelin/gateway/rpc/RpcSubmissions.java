package io.myelin.gateway.rpc;

import io.myelin.gateway.task.Submission;
import io.myelin.v1.EmbeddingSpec;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.SamplingParams;
import io.myelin.v1.SubmitRequest;
import java.util.random.RandomGenerator;

/** Turns a request of a client into a submission: fills what is absent, refuses what is wrong. */
final class RpcSubmissions {
  private static final int MAX_STOPS = 16;
  private static final int MAX_ALTERNATIVES = 20;
  private static final int MAX_INPUTS = 2048;

  private final RandomGenerator seeds;

  RpcSubmissions(RandomGenerator seeds) {
    this.seeds = seeds;
  }

  /** Throws a StatusRuntimeException (INVALID_ARGUMENT) that names the field. */
  Submission of(String sessionId, Submission.Kind kind, SubmitRequest request) {
    require(
        request.getReference().length() <= 256,
        "reference",
        request.getReference().length() + " characters",
        "at most 256");
    require(
        request.getTimeoutMillis() >= 0,
        "timeout_millis",
        Long.toUnsignedString(request.getTimeoutMillis()),
        "below 2^63");
    Submission.Work work =
        switch (request.getWorkCase()) {
          case GENERATION -> new Submission.Work.Generate(checked(request.getGeneration()));
          case EMBEDDING -> new Submission.Work.Embed(checked(request.getEmbedding()));
          case WORK_NOT_SET ->
              throw RpcStatuses.invalid("work: absent (expected: generation or embedding)");
        };
    return new Submission(
        sessionId, work, kind, request.getReference(), request.getTimeoutMillis());
  }

  private GenerationSpec checked(GenerationSpec spec) {
    require(!spec.getModel().isEmpty(), "generation.model", "empty", "a model's id");
    require(
        spec.getPromptCase() != GenerationSpec.PromptCase.PROMPT_NOT_SET,
        "generation.prompt",
        "absent",
        "chat, text or prompt_tokens");
    if (spec.hasChat()) {
      require(
          spec.getChat().getMessagesCount() > 0,
          "generation.chat.messages",
          "empty",
          "at least one message");
    }
    require(
        spec.getStopCount() <= MAX_STOPS,
        "generation.stop",
        spec.getStopCount() + " strings",
        "at most " + MAX_STOPS);
    require(
        spec.getStopList().stream().noneMatch(String::isEmpty),
        "generation.stop",
        "an empty string",
        "text that can occur");
    require(
        spec.getTopLogprobs() >= 0 && spec.getTopLogprobs() <= MAX_ALTERNATIVES,
        "generation.top_logprobs",
        Integer.toUnsignedString(spec.getTopLogprobs()),
        "0.." + MAX_ALTERNATIVES);
    require(
        spec.getMaxTokens() >= 0,
        "generation.max_tokens",
        Integer.toUnsignedString(spec.getMaxTokens()),
        "below 2^31");
    SamplingParams sampling = spec.hasSampling() ? spec.getSampling() : defaults();
    check(sampling);
    return spec.toBuilder().setSampling(sampling).build();
  }

  private SamplingParams defaults() {
    return SamplingParams.newBuilder()
        .setTemperature(1)
        .setTopP(1)
        .setRepeatPenalty(1)
        .setSeed(seeds.nextLong())
        .build();
  }

  private static void check(SamplingParams sampling) {
    within("temperature", sampling.getTemperature(), 0, 2);
    within("top_p", sampling.getTopP(), Double.MIN_VALUE, 1);
    within("min_p", sampling.getMinP(), 0, Math.nextDown(1.0));
    within("presence_penalty", sampling.getPresencePenalty(), -2, 2);
    within("frequency_penalty", sampling.getFrequencyPenalty(), -2, 2);
    within("repeat_penalty", sampling.getRepeatPenalty(), Double.MIN_VALUE, 10);
    require(
        sampling.getTopK() >= 0,
        "generation.sampling.top_k",
        Integer.toUnsignedString(sampling.getTopK()),
        "below 2^31");
    sampling.getLogitBiasMap().values().forEach(bias -> within("logit_bias", bias, -100, 100));
  }

  private static EmbeddingSpec checked(EmbeddingSpec spec) {
    require(!spec.getModel().isEmpty(), "embedding.model", "empty", "a model's id");
    require(
        spec.getInputsCount() >= 1 && spec.getInputsCount() <= MAX_INPUTS,
        "embedding.inputs",
        spec.getInputsCount() + " texts",
        "1.." + MAX_INPUTS);
    return spec;
  }

  private static void within(String field, double value, double least, double most) {
    // Negated, so that NaN is refused too.
    if (!(value >= least && value <= most)) {
      throw RpcStatuses.invalid(
          "generation.sampling."
              + field
              + ": "
              + value
              + " (expected: "
              + (least == Double.MIN_VALUE ? "above 0" : String.valueOf(least))
              + " to "
              + most
              + "; with `sampling` set, every field counts as it stands)");
    }
  }

  private static void require(boolean holds, String field, String found, String expected) {
    if (!holds) {
      throw RpcStatuses.invalid(field + ": " + found + " (expected: " + expected + ")");
    }
  }
}

package io.myelin.gateway.openai;

import com.fasterxml.jackson.databind.JsonNode;
import io.myelin.gateway.http.ApiError;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** Parameters that mean the same for chat and text completions. */
final class CommonParameters {
  static final int MAX_CHOICES = 16;
  static final int MAX_STOPS = 4;
  static final int MAX_STOP_LENGTH = 256;
  static final int MAX_BIASES = 1024;
  static final int MAX_MODEL_LENGTH = 256;
  static final int MAX_TOKENS = Integer.MAX_VALUE;

  /** OpenAI allows 0, which keeps the most probable token; the engine wants more than 0. */
  private static final double SMALLEST_TOP_P = 1e-9;

  private CommonParameters() {}

  static <D extends GenerationDraft> List<Parameter<D>> all() {
    return List.of(
        Parameter.number(
            "temperature",
            0,
            2,
            "1",
            "Sampling temperature; 0 always takes the most probable token.",
            (draft, value) -> draft.sampling.setTemperature(value)),
        Parameter.number(
            "top_p",
            0,
            1,
            "1",
            "Nucleus sampling; 0 keeps the most probable token only.",
            (draft, value) -> draft.sampling.setTopP(Math.max(value, SMALLEST_TOP_P))),
        Parameter.number(
            "presence_penalty",
            -2,
            2,
            "0",
            "Taken from the logit of every token that already stands in the output.",
            (draft, value) -> draft.sampling.setPresencePenalty(value)),
        Parameter.number(
            "frequency_penalty",
            -2,
            2,
            "0",
            "Taken from a token's logit once per time it stands in the output.",
            (draft, value) -> draft.sampling.setFrequencyPenalty(value)),
        Parameter.of(
            "logit_bias",
            "object",
            "up to " + MAX_BIASES + " token ids, each -100 to 100",
            "none",
            Effect.HONOURED,
            "Added to the logits of these tokens (ids of the model's own vocabulary).",
            CommonParameters::logitBias),
        Parameter.integer(
            "seed",
            Long.MIN_VALUE,
            Long.MAX_VALUE,
            "drawn by the gateway",
            "The same request with the same seed gives the same text from the same model and class of"
                + " engine. Choice 0 uses it as it is, every further choice one derived from it.",
            (draft, value) -> draft.seed = OptionalLong.of(value)),
        Parameter.of(
            "stop",
            "string or array of strings",
            "up to " + MAX_STOPS + ", each 1 to " + MAX_STOP_LENGTH + " characters",
            "none",
            Effect.HONOURED,
            "The output ends before the first of these; it never stands in the text.",
            CommonParameters::stop),
        Parameter.integer(
            "n",
            1,
            MAX_CHOICES,
            "1",
            "How many answers; each is a task of its own and is counted on its own.",
            (draft, value) -> draft.choices = (int) value),
        Parameter.flag(
            "stream",
            "false",
            "Server-sent events: one per chunk, then `data: [DONE]`, or an `error` event instead.",
            (draft, value) -> draft.stream = value),
        Parameter.<D>of(
                "stream_options",
                "object",
                "with `stream: true` only",
                "",
                Effect.HONOURED,
                "Options of a stream.",
                (value, draft) -> {
                  draft.streamOptionsGiven = true;
                  STREAM_OPTIONS.read(value.object(), value.path(), draft);
                })
            .with(STREAM_OPTIONS));
  }

  private static final ParameterTable<GenerationDraft> STREAM_OPTIONS =
      ParameterTable.of(
          "`stream_options`",
          Parameter.flag(
              "include_usage",
              "false",
              "One more event before `[DONE]`, with `usage` and no choices; every other event has"
                  + " `usage: null`.",
              (draft, value) -> draft.includeUsage = value),
          Parameter.only(
              "include_obfuscation",
              false,
              "Events carry no random padding; what an observer learns from their length is not"
                  + " hidden."));

  static <D extends GenerationDraft> Parameter<D> model() {
    return Parameter.<D>of(
            "model",
            "string",
            "a model of `GET /v1/models`",
            "",
            Effect.HONOURED,
            "An unknown one is answered with 404 and the known ones.",
            (value, draft) -> draft.model = value.nonEmptyString(MAX_MODEL_LENGTH))
        .asRequired();
  }

  static <D> Parameter<D> user() {
    return Parameter.note(
        "user", 512, "For the caller's own bookkeeping; nothing is kept about end users.");
  }

  private static void logitBias(Value value, GenerationDraft draft) throws ApiError {
    var object = value.object();
    if (object.size() > MAX_BIASES) {
      throw value.invalid(
          "invalid_value",
          "it has " + object.size() + " entries (expected: <= " + MAX_BIASES + ")");
    }
    for (Map.Entry<String, JsonNode> entry : object.properties()) {
      Value bias = new Value(entry.getValue(), value.path() + "." + entry.getKey());
      if (bias.node().isNull()) {
        throw bias.wrongType("a number");
      }
      draft.sampling.putLogitBias(tokenId(entry.getKey(), value), (float) bias.number(-100, 100));
    }
  }

  private static int tokenId(String text, Value where) throws ApiError {
    try {
      int id = Integer.parseInt(text);
      // Rejects "+5" and "007": one token, one spelling.
      if (id >= 0 && Integer.toString(id).equals(text)) {
        return id;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw where.invalid(
        "invalid_value",
        "the key \""
            + io.myelin.gateway.http.StrictJson.shortened(text)
            + "\" is no token id (expected: an integer >= 0)");
  }

  private static void stop(Value value, GenerationDraft draft) throws ApiError {
    if (value.node().isTextual()) {
      draft.stop.add(value.nonEmptyString(MAX_STOP_LENGTH));
    } else if (value.node().isArray()) {
      for (Value element : value.array(0, MAX_STOPS)) {
        draft.stop.add(element.nonEmptyString(MAX_STOP_LENGTH));
      }
    } else {
      throw value.wrongType("a string or an array of strings");
    }
  }

  /** What holds between parameters. */
  static void checkStream(GenerationDraft draft) throws ApiError {
    if (draft.streamOptionsGiven && !draft.stream) {
      throw ApiError.invalid(
          "stream_options",
          "invalid_value",
          "The 'stream_options' parameter is only allowed when 'stream' is true.");
    }
  }
}

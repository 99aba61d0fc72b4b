package io.myelin.gateway.openai;

import io.myelin.gateway.http.ApiError;
import java.util.ArrayList;
import java.util.List;

/** Every parameter of {@code POST /v1/completions}. */
final class CompletionParameters {
  static final int STANDARD_MAX_TOKENS = 16;
  static final int MAX_PROMPTS = 16;
  static final int MAX_PROMPT_TOKENS = 1 << 20;
  static final int MAX_PROMPT_TEXT = 10 * 1024 * 1024;

  static final ParameterTable<CompletionDraft> TABLE =
      ParameterTable.of(
              "`POST /v1/completions`",
              CommonParameters.<CompletionDraft>model(),
              Parameter.<CompletionDraft>of(
                      "prompt",
                      "string, array of strings, of token ids, or of arrays of token ids",
                      "1 to " + MAX_PROMPTS + " prompts; prompts times `n` up to " + MAX_PROMPTS,
                      "",
                      Effect.HONOURED,
                      "Used as it is, without a chat template; each prompt is a task of its own.",
                      CompletionParameters::prompt)
                  .asRequired(),
              Parameter.<CompletionDraft>integer(
                  "max_tokens",
                  1,
                  CommonParameters.MAX_TOKENS,
                  Integer.toString(STANDARD_MAX_TOKENS),
                  "Most tokens of a completion; at the limit `finish_reason` is `length`.",
                  (draft, value) -> draft.maxTokens = value),
              Parameter.<CompletionDraft>of(
                  "echo",
                  "boolean",
                  "`true` with text prompts and without `logprobs` only",
                  "false",
                  Effect.PARTLY,
                  "The text begins with the prompt.",
                  (value, draft) -> draft.echo = value.flag()),
              Parameter.<CompletionDraft>integer(
                  "logprobs",
                  0,
                  5,
                  "none",
                  "Log-probabilities of the output's tokens and of the most probable ones beside"
                      + " them, rounded to 1/1024.",
                  (draft, value) -> {
                    draft.logprobs = true;
                    draft.topLogprobs = (int) value;
                  }),
              Parameter.<CompletionDraft>of(
                  "best_of",
                  "integer",
                  "the same as `n`",
                  "`n`",
                  Effect.PARTLY,
                  "Nothing is generated that is not returned.",
                  (value, draft) -> draft.bestOf = value.integer(1, 20)),
              Parameter.<CompletionDraft>refused(
                  "suffix", "string", "The models complete to the right only."),
              CommonParameters.<CompletionDraft>user())
          .plus(CommonParameters.all());

  private CompletionParameters() {}

  private static void prompt(Value value, CompletionDraft draft) throws ApiError {
    if (value.node().isTextual()) {
      draft.texts.add(value.nonEmptyString(MAX_PROMPT_TEXT));
      return;
    }
    if (!value.node().isArray()) {
      throw value.wrongType("a string or an array");
    }
    if (value.node().path(0).isIntegralNumber()) {
      draft.tokens.add(tokens(value));
      return;
    }
    for (Value element : value.array(1, MAX_PROMPTS)) {
      boolean text = element.node().isTextual();
      if (text ? !draft.tokens.isEmpty() : !draft.texts.isEmpty()) {
        throw element.wrongType(text ? "an array of token ids" : "a string");
      }
      if (text) {
        draft.texts.add(element.nonEmptyString(MAX_PROMPT_TEXT));
      } else if (element.node().isArray()) {
        draft.tokens.add(tokens(element));
      } else {
        throw element.wrongType("a string or an array of token ids");
      }
    }
  }

  private static List<Integer> tokens(Value value) throws ApiError {
    List<Integer> ids = new ArrayList<>();
    for (Value token : value.array(1, MAX_PROMPT_TOKENS)) {
      ids.add((int) token.integer(0, Integer.MAX_VALUE));
    }
    return ids;
  }
}

package io.myelin.gateway.openai;

import io.myelin.gateway.http.ApiError;
import java.util.List;

/** Every parameter of {@code POST /v1/embeddings}. */
final class EmbeddingParameters {
  static final int MAX_INPUTS = 2048;
  static final int MAX_INPUT_TEXT = 1024 * 1024;

  static final ParameterTable<EmbeddingDraft> TABLE =
      ParameterTable.of(
          "`POST /v1/embeddings`",
          Parameter.<EmbeddingDraft>of(
                  "model",
                  "string",
                  "a model of `GET /v1/models` that embeds",
                  "",
                  Effect.HONOURED,
                  "An unknown one is answered with 404 and those that embed.",
                  (value, draft) ->
                      draft.model = value.nonEmptyString(CommonParameters.MAX_MODEL_LENGTH))
              .asRequired(),
          Parameter.<EmbeddingDraft>of(
                  "input",
                  "string or array of strings",
                  "1 to " + MAX_INPUTS + " texts, none empty; refused: token ids",
                  "",
                  Effect.PARTLY,
                  "One vector per text, in order.",
                  EmbeddingParameters::input)
              .asRequired(),
          Parameter.<EmbeddingDraft>choice(
              "encoding_format",
              List.of("float", "base64"),
              List.of(),
              "float",
              Effect.HONOURED,
              "`base64`: the vector's 32-bit floats, little-endian.",
              (draft, format) -> draft.base64 = format.equals("base64")),
          Parameter.<EmbeddingDraft>refused(
              "dimensions", "integer", "The models give vectors of one length only."),
          CommonParameters.<EmbeddingDraft>user());

  private EmbeddingParameters() {}

  private static void input(Value value, EmbeddingDraft draft) throws ApiError {
    if (value.node().isTextual()) {
      draft.inputs.add(value.nonEmptyString(MAX_INPUT_TEXT));
      return;
    }
    if (!value.node().isArray()) {
      throw value.wrongType("a string or an array of strings");
    }
    for (Value element : value.array(1, MAX_INPUTS)) {
      if (element.node().isIntegralNumber() || element.node().isArray()) {
        throw value.unsupported("token ids cannot be embedded here; send text.");
      }
      draft.inputs.add(element.nonEmptyString(MAX_INPUT_TEXT));
    }
  }
}

package io.myelin.gateway.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.gateway.http.ApiError;
import io.myelin.v1.OutputConstraint;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Every parameter of {@code POST /v1/chat/completions}. */
final class ChatParameters {
  static final int MAX_SCHEMA_LENGTH = 65_536;
  static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_-]{1,64}");

  private static final class FormatDraft {
    String name = "";
    String schema = "{}";
    OutputConstraint.Kind kind = OutputConstraint.Kind.KIND_FREE_TEXT;
    boolean schemaGiven;
  }

  private static final ParameterTable<FormatDraft> JSON_SCHEMA =
      ParameterTable.of(
          "`response_format.json_schema`",
          Parameter.<FormatDraft>of(
                  "name",
                  "string",
                  "1 to 64 of `a-z A-Z 0-9 _ -`",
                  "",
                  Effect.NO_EFFECT,
                  "Checked; the model is not told the name.",
                  (value, draft) -> draft.name = name(value))
              .asRequired(),
          Parameter.note("description", 4096, "Checked; the model is not told the description."),
          Parameter.of(
              "schema",
              "object",
              "a JSON Schema of up to " + MAX_SCHEMA_LENGTH + " characters",
              "any object",
              Effect.HONOURED,
              "The output is constrained to it, token by token. A keyword the engine cannot hold is"
                  + " refused, never skipped.",
              (value, draft) -> draft.schema = schema(value)),
          Parameter.of(
              "strict",
              "boolean",
              "",
              "true",
              Effect.NO_EFFECT,
              "The schema is always held strictly.",
              (value, draft) -> value.flag()));

  private static final ParameterTable<FormatDraft> RESPONSE_FORMAT =
      ParameterTable.of(
          "`response_format`",
          Parameter.<FormatDraft>choice(
                  "type",
                  List.of("text", "json_object", "json_schema"),
                  List.of(),
                  "",
                  Effect.HONOURED,
                  "Free text, any JSON object, or JSON of a schema.",
                  (draft, type) ->
                      draft.kind =
                          switch (type) {
                            case "json_object" -> OutputConstraint.Kind.KIND_JSON_OBJECT;
                            case "json_schema" -> OutputConstraint.Kind.KIND_JSON_SCHEMA;
                            default -> OutputConstraint.Kind.KIND_FREE_TEXT;
                          })
              .asRequired(),
          Parameter.<FormatDraft>of(
                  "json_schema",
                  "object",
                  "with `type: json_schema` only",
                  "",
                  Effect.HONOURED,
                  "The schema.",
                  (value, draft) -> {
                    draft.schemaGiven = true;
                    JSON_SCHEMA.read(value.object(), value.path(), draft);
                  })
              .with(JSON_SCHEMA));

  static final ParameterTable<ChatDraft> TABLE =
      ParameterTable.of(
              "`POST /v1/chat/completions`",
              Parameter.<ChatDraft>of(
                      "messages",
                      "array of objects",
                      "1 to " + MessageParameters.MAX_MESSAGES,
                      "",
                      Effect.HONOURED,
                      "The conversation, rendered with the chat template of the model's file.",
                      (value, draft) -> MessageParameters.read(value, draft.messages))
                  .asRequired()
                  .with(MessageParameters.tables()),
              CommonParameters.<ChatDraft>model(),
              Parameter.<ChatDraft>integer(
                  "max_completion_tokens",
                  1,
                  CommonParameters.MAX_TOKENS,
                  "up to the context's end",
                  "Most tokens of an answer; at the limit `finish_reason` is `length`.",
                  (draft, value) -> draft.maxCompletionTokens = value),
              Parameter.<ChatDraft>integer(
                  "max_tokens",
                  1,
                  CommonParameters.MAX_TOKENS,
                  "up to the context's end",
                  "Older name of `max_completion_tokens`; both only when they are equal.",
                  (draft, value) -> draft.maxTokens = value),
              Parameter.<ChatDraft>flag(
                  "logprobs",
                  "false",
                  "Log-probabilities of the output's tokens, rounded to 1/1024.",
                  (draft, value) -> draft.logprobs = value),
              Parameter.<ChatDraft>integer(
                  "top_logprobs",
                  0,
                  20,
                  "0",
                  "The most probable tokens at each position; with `logprobs: true` only.",
                  (draft, value) -> {
                    draft.topLogprobs = (int) value;
                    draft.topLogprobsGiven = true;
                  }),
              Parameter.<ChatDraft>of(
                      "response_format",
                      "object",
                      "",
                      "`{\"type\":\"text\"}`",
                      Effect.HONOURED,
                      "What the answer must look like; with tools only under `tool_choice: none`.",
                      ChatParameters::responseFormat)
                  .with(RESPONSE_FORMAT),
              Parameter.<ChatDraft>of(
                      "tools",
                      "array of objects",
                      "up to " + ToolParameters.MAX_TOOLS,
                      "none",
                      Effect.PARTLY,
                      "Functions the model may call; custom tools are refused.",
                      ToolParameters::tools)
                  .with(ToolParameters.tables()),
              Parameter.<ChatDraft>of(
                  "tool_choice",
                  "string or object",
                  "`none`, `auto`, `required`, one function, `allowed_tools`",
                  "`auto` with tools, else `none`",
                  Effect.PARTLY,
                  "`required` and a named function constrain the output to the functions' schemas, so"
                      + " a call always comes; with `auto` the model decides and its call is read from"
                      + " its text. Custom tools are refused.",
                  ToolParameters::toolChoice),
              Parameter.<ChatDraft>flag(
                  "parallel_tool_calls",
                  "true",
                  "`false`: at most one call per answer. `required` and a named function always give"
                      + " one.",
                  (draft, value) -> draft.parallelToolCalls = value),
              Parameter.<ChatDraft>refused(
                  "functions", "array", "It is deprecated by OpenAI; use 'tools'."),
              Parameter.<ChatDraft>refused(
                  "function_call",
                  "string or object",
                  "It is deprecated by OpenAI; use 'tool_choice'."),
              Parameter.<ChatDraft>choice(
                  "service_tier",
                  List.of("auto", "default"),
                  List.of("flex", "scale", "priority", "fast"),
                  "auto",
                  Effect.PARTLY,
                  "There is one tier; when given, the answer says `default`.",
                  (draft, value) -> draft.serviceTierGiven = true),
              Parameter.<ChatDraft>only(
                  "store", false, "Answers are not kept for later retrieval; receipts are."),
              Parameter.<ChatDraft>of(
                  "metadata",
                  "object",
                  "up to 16 pairs, keys up to 64, values up to 512 characters",
                  "none",
                  Effect.NO_EFFECT,
                  "Checked and not kept: it serves stored answers, and none are stored.",
                  (value, draft) -> metadata(value)),
              CommonParameters.<ChatDraft>user(),
              Parameter.<ChatDraft>note(
                  "safety_identifier", 128, "Nothing is kept about end users."),
              Parameter.<ChatDraft>note(
                  "prompt_cache_key",
                  512,
                  "Shared prefixes are found by their tokens on every node; a key adds nothing."),
              Parameter.<ChatDraft>choice(
                  "prompt_cache_retention",
                  List.of("in_memory"),
                  List.of("24h"),
                  "in_memory",
                  Effect.PARTLY,
                  "Prefixes are kept in a node's memory while there is room.",
                  (draft, value) -> {}),
              Parameter.<ChatDraft>refused(
                  "prompt_cache_options", "object", "Cache breakpoints cannot be set here."),
              Parameter.<ChatDraft>of(
                  "modalities",
                  "array of strings",
                  "`[\"text\"]`",
                  "`[\"text\"]`",
                  Effect.PARTLY,
                  "Text only.",
                  (value, draft) -> modalities(value)),
              Parameter.<ChatDraft>choice(
                  "verbosity",
                  List.of("medium"),
                  List.of("low", "high"),
                  "medium",
                  Effect.PARTLY,
                  "The models have no such setting; ask for it in the prompt.",
                  (draft, value) -> {}),
              Parameter.<ChatDraft>refused(
                  "reasoning_effort", "string", "The models have no such setting."),
              Parameter.<ChatDraft>refused("audio", "object", "There is no audio output here."),
              Parameter.<ChatDraft>refused(
                  "prediction", "object", "Predicted outputs are not available here."),
              Parameter.<ChatDraft>refused(
                  "moderation", "object", "The gateway does not moderate."),
              Parameter.<ChatDraft>refused(
                  "web_search_options", "object", "The models cannot search the web."))
          .plus(CommonParameters.all());

  private ChatParameters() {}

  static String name(Value value) throws ApiError {
    String name = value.string(64);
    if (!NAME.matcher(name).matches()) {
      throw value.invalid(
          "invalid_value", value.shown() + " is no name (expected: 1 to 64 of a-z A-Z 0-9 _ -)");
    }
    return name;
  }

  static String schema(Value value) throws ApiError {
    ObjectNode schema = value.object();
    String text = schema.toString();
    if (text.length() > MAX_SCHEMA_LENGTH) {
      throw value.invalid(
          "invalid_value",
          "the schema has "
              + text.length()
              + " characters (expected: <= "
              + MAX_SCHEMA_LENGTH
              + ")");
    }
    return text;
  }

  private static void responseFormat(Value value, ChatDraft draft) throws ApiError {
    FormatDraft format = new FormatDraft();
    RESPONSE_FORMAT.read(value.object(), value.path(), format);
    boolean wantsSchema = format.kind == OutputConstraint.Kind.KIND_JSON_SCHEMA;
    if (wantsSchema != format.schemaGiven) {
      String where = value.path() + ".json_schema";
      throw wantsSchema
          ? ApiError.invalid(
              where, "missing_required_parameter", "Missing required parameter: '" + where + "'.")
          : ApiError.invalid(
              where, "invalid_value", "'" + where + "' goes with type \"json_schema\" only.");
    }
    draft.constraint =
        OutputConstraint.newBuilder()
            .setKind(format.kind)
            .setSchemaJson(wantsSchema ? format.schema : "")
            .build();
  }

  private static void metadata(Value value) throws ApiError {
    ObjectNode object = value.object();
    if (object.size() > 16) {
      throw value.invalid("invalid_value", "it has " + object.size() + " pairs (expected: <= 16)");
    }
    for (Map.Entry<String, JsonNode> entry : object.properties()) {
      if (entry.getKey().length() > 64) {
        throw value.invalid("invalid_value", "a key is longer than 64 characters");
      }
      new Value(entry.getValue(), value.path() + "." + entry.getKey()).string(512);
    }
  }

  private static void modalities(Value value) throws ApiError {
    for (Value modality : value.array(1, 2)) {
      if (!modality.string(16).equals("text")) {
        throw modality.unsupported(
            modality.shown() + " is not available here (expected: \"text\").");
      }
    }
  }
}

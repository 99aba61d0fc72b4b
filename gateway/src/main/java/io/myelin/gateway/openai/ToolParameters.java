package io.myelin.gateway.openai;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.gateway.http.ApiError;
import io.myelin.gateway.openai.ChatDraft.ToolChoice;
import io.myelin.v1.ToolDefinition;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;

/** Tools and which of them may or must be called. */
final class ToolParameters {
  static final int MAX_TOOLS = 128;

  private static final ParameterTable<ToolDefinition.Builder> FUNCTION =
      ParameterTable.of(
          "`tools[].function`",
          Parameter.<ToolDefinition.Builder>of(
                  "name",
                  "string",
                  "1 to 64 of `a-z A-Z 0-9 _ -`, each once",
                  "",
                  Effect.HONOURED,
                  "As the model calls it.",
                  (value, draft) -> draft.setName(ChatParameters.name(value)))
              .asRequired(),
          Parameter.text(
              "description",
              16_384,
              "Given to the model's chat template.",
              ToolDefinition.Builder::setDescription),
          Parameter.of(
              "parameters",
              "object",
              "a JSON Schema of up to " + ChatParameters.MAX_SCHEMA_LENGTH + " characters",
              "no arguments",
              Effect.HONOURED,
              "Given to the model's chat template; forced calls are constrained to it.",
              (value, draft) -> draft.setParametersJson(ChatParameters.schema(value))),
          Parameter.<ToolDefinition.Builder>of(
              "strict",
              "boolean",
              "`true` where a call is forced (`tool_choice` `required` or a function)",
              "false",
              Effect.PARTLY,
              "Forced calls always hold the schema; with `auto` it cannot be held and `true` is"
                  + " refused.",
              (value, draft) -> draft.setStrict(value.flag())));

  private static final ParameterTable<ToolDefinition.Builder> ENTRY =
      ParameterTable.of(
          "`tools[]`",
          MessageParameters.<ToolDefinition.Builder>fixed("type", "function"),
          Parameter.<ToolDefinition.Builder>of(
                  "function",
                  "object",
                  "",
                  "",
                  Effect.HONOURED,
                  "The function.",
                  (value, draft) -> FUNCTION.read(value.object(), value.path(), draft))
              .asRequired()
              .with(FUNCTION),
          Parameter.refused("custom", "object", "Custom tools are not available here."));

  private ToolParameters() {}

  static ParameterTable<?>[] tables() {
    return new ParameterTable<?>[] {ENTRY};
  }

  static void tools(Value value, ChatDraft draft) throws ApiError {
    Set<String> names = new HashSet<>();
    draft.toolsGiven = true;
    for (Value element : value.array(0, MAX_TOOLS)) {
      ToolDefinition.Builder tool = ToolDefinition.newBuilder();
      refuseCustom(element);
      ENTRY.read(element.object(), element.path(), tool);
      if (!names.add(tool.getName())) {
        throw new Value(
                element.object().get("function").get("name"), element.path() + ".function.name")
            .invalid("invalid_value", "\"" + tool.getName() + "\" stands twice (expected: once)");
      }
      draft.tools.add(tool.build());
    }
  }

  static void toolChoice(Value value, ChatDraft draft) throws ApiError {
    draft.toolChoiceGiven = true;
    if (value.node().isTextual()) {
      ToolChoice.Mode mode =
          switch (value.string(64)) {
            case "none" -> ToolChoice.Mode.NONE;
            case "auto" -> ToolChoice.Mode.AUTO;
            case "required" -> ToolChoice.Mode.REQUIRED;
            default ->
                throw value.invalid(
                    "invalid_value",
                    value.shown() + " is not known (expected: none, auto, required, or an object)");
          };
      draft.toolChoice = new ToolChoice(mode, null, null);
      return;
    }
    if (!(value.node() instanceof ObjectNode choice)) {
      throw value.wrongType("a string or an object");
    }
    refuseCustom(value);
    Value type = member(value, choice, "type");
    draft.toolChoice =
        switch (type.string(64)) {
          case "function" ->
              new ToolChoice(
                  ToolChoice.Mode.REQUIRED, functionName(value, "type", "function"), null);
          case "allowed_tools" -> allowed(value, choice);
          default ->
              throw type.invalid(
                  "invalid_value",
                  type.shown() + " is not known (expected: function, allowed_tools)");
        };
  }

  private static ToolChoice allowed(Value value, ObjectNode choice) throws ApiError {
    onlyMembers(value, "type", "allowed_tools");
    Value inner = member(value, choice, "allowed_tools");
    onlyMembers(inner, "mode", "tools");
    Value mode = member(inner, inner.object(), "mode");
    Set<String> names = new LinkedHashSet<>();
    for (Value tool : member(inner, inner.object(), "tools").array(1, MAX_TOOLS)) {
      refuseCustom(tool);
      names.add(functionName(tool, "type", "function"));
    }
    return switch (mode.string(16)) {
      case "auto" -> new ToolChoice(ToolChoice.Mode.AUTO, null, names);
      case "required" -> new ToolChoice(ToolChoice.Mode.REQUIRED, null, names);
      default ->
          throw mode.invalid(
              "invalid_value", mode.shown() + " is not known (expected: auto, required)");
    };
  }

  private static String functionName(Value value, String... members) throws ApiError {
    onlyMembers(value, members);
    Value function = member(value, value.object(), "function");
    onlyMembers(function, "name");
    return ChatParameters.name(member(function, function.object(), "name"));
  }

  private static void refuseCustom(Value value) throws ApiError {
    if (value.object().path("type").asText().equals("custom")) {
      throw new Value(value.object().get("type"), value.path() + ".type")
          .unsupported("\"custom\" is not available here (expected: function).");
    }
  }

  private static Value member(Value value, ObjectNode object, String name) throws ApiError {
    String where = value.path() + "." + name;
    if (!object.hasNonNull(name)) {
      throw ApiError.invalid(
          where, "missing_required_parameter", "Missing required parameter: '" + where + "'.");
    }
    return new Value(object.get(name), where);
  }

  private static void onlyMembers(Value value, String... names) throws ApiError {
    Set<String> known = Set.of(names);
    for (var entry : value.object().properties()) {
      if (!known.contains(entry.getKey())) {
        String where =
            value.path() + "." + io.myelin.gateway.http.StrictJson.shortened(entry.getKey());
        throw ApiError.invalid(where, "unknown_parameter", "Unknown parameter: '" + where + "'.");
      }
    }
  }
}

package io.myelin.gateway.openai;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.gateway.http.ApiError;
import io.myelin.v1.ChatMessage;
import io.myelin.v1.ToolCall;
import java.util.ArrayList;
import java.util.List;

/** The messages of a chat: one table per role. */
final class MessageParameters {
  static final int MAX_MESSAGES = 4096;
  static final int MAX_PARTS = 1024;
  static final int MAX_TEXT = 10 * 1024 * 1024;
  static final int MAX_CALLS = 128;

  private static final class PartDraft {
    String text = "";
  }

  private static final ParameterTable<PartDraft> TEXT_PART =
      ParameterTable.of(
          "`messages[].content[]` with `type: text`",
          MessageParameters.<PartDraft>fixed("type", "text"),
          Parameter.<PartDraft>text(
                  "text",
                  MAX_TEXT,
                  "Parts are joined with a line break.",
                  (draft, text) -> draft.text = text)
              .asRequired(),
          Parameter.refused(
              "prompt_cache_breakpoint", "object", "Cache breakpoints cannot be set here."));

  private static final ParameterTable<PartDraft> REFUSAL_PART =
      ParameterTable.of(
          "`messages[].content[]` with `type: refusal`, role `assistant`",
          MessageParameters.<PartDraft>fixed("type", "refusal"),
          Parameter.<PartDraft>text(
                  "refusal",
                  MAX_TEXT,
                  "Joined like text: the model sees what it had said.",
                  (draft, text) -> draft.text = text)
              .asRequired());

  private static final ParameterTable<ToolCall.Builder> CALLED_FUNCTION =
      ParameterTable.of(
          "`messages[].tool_calls[].function`",
          Parameter.<ToolCall.Builder>text(
                  "name", 64, "The function that was called.", ToolCall.Builder::setName)
              .asRequired(),
          Parameter.<ToolCall.Builder>text(
                  "arguments",
                  MAX_TEXT,
                  "Its arguments, JSON as text.",
                  ToolCall.Builder::setArgumentsJson)
              .asRequired());

  private static final ParameterTable<ToolCall.Builder> TOOL_CALL =
      ParameterTable.of(
          "`messages[].tool_calls[]`",
          Parameter.<ToolCall.Builder>text(
                  "id", 128, "As it was answered before.", ToolCall.Builder::setId)
              .asRequired(),
          MessageParameters.<ToolCall.Builder>fixed("type", "function"),
          Parameter.<ToolCall.Builder>of(
                  "function",
                  "object",
                  "",
                  "",
                  Effect.HONOURED,
                  "The call.",
                  (value, draft) -> CALLED_FUNCTION.read(value.object(), value.path(), draft))
              .asRequired()
              .with(CALLED_FUNCTION));

  private static final ParameterTable<ChatMessage.Builder> SPOKEN =
      ParameterTable.of(
          "`messages[]` with role `system`, `developer` or `user`",
          role("`system`, `developer`, `user`", "`developer` is given to the model as `system`."),
          content(false, false).asRequired(),
          name());

  private static final ParameterTable<ChatMessage.Builder> ASSISTANT =
      ParameterTable.of(
          "`messages[]` with role `assistant`",
          role("`assistant`", ""),
          content(true, true),
          name(),
          Parameter.<ChatMessage.Builder>of(
                  "tool_calls",
                  "array of objects",
                  "up to " + MAX_CALLS,
                  "none",
                  Effect.HONOURED,
                  "Calls the model had made; given to the chat template.",
                  MessageParameters::toolCalls)
              .with(TOOL_CALL),
          Parameter.<ChatMessage.Builder>text(
              "refusal",
              MAX_TEXT,
              "What the model had said instead of content; only when there is no content.",
              (draft, text) -> {
                if (draft.getContent().isEmpty()) {
                  draft.setContent(text);
                }
              }),
          Parameter.of(
              "annotations",
              "array",
              "empty",
              "none",
              Effect.PARTLY,
              "An answer's own empty list may come back.",
              (value, draft) -> value.array(0, 0)),
          Parameter.refused("audio", "object", "There is no audio here."),
          Parameter.refused(
              "function_call", "object", "It is deprecated by OpenAI; use 'tool_calls'."));

  private static final ParameterTable<ChatMessage.Builder> TOOL =
      ParameterTable.of(
          "`messages[]` with role `tool`",
          role("`tool`", ""),
          content(false, false).asRequired(),
          Parameter.<ChatMessage.Builder>text(
                  "tool_call_id", 128, "The call this answers.", ChatMessage.Builder::setToolCallId)
              .asRequired());

  private MessageParameters() {}

  static ParameterTable<?>[] tables() {
    return new ParameterTable<?>[] {SPOKEN, ASSISTANT, TOOL};
  }

  static void read(Value value, List<ChatMessage> messages) throws ApiError {
    for (Value element : value.array(1, MAX_MESSAGES)) {
      ChatMessage.Builder draft = ChatMessage.newBuilder();
      ObjectNode object = element.object();
      tableFor(element, object).read(object, element.path(), draft);
      if (draft.getRole().equals("assistant")
          && draft.getToolCallsCount() == 0
          && !object.hasNonNull("content")
          && !object.hasNonNull("refusal")) {
        String where = element.path() + ".content";
        throw ApiError.invalid(
            where,
            "missing_required_parameter",
            "Missing required parameter: '"
                + where
                + "' (an assistant message has content or"
                + " tool_calls).");
      }
      messages.add(draft.build());
    }
  }

  private static ParameterTable<ChatMessage.Builder> tableFor(Value message, ObjectNode object)
      throws ApiError {
    if (!object.hasNonNull("role")) {
      String where = message.path() + ".role";
      throw ApiError.invalid(
          where, "missing_required_parameter", "Missing required parameter: '" + where + "'.");
    }
    Value role = new Value(object.get("role"), message.path() + ".role");
    return switch (role.string(32)) {
      case "system", "developer", "user" -> SPOKEN;
      case "assistant" -> ASSISTANT;
      case "tool" -> TOOL;
      case "function" ->
          throw role.unsupported("\"function\" is deprecated by OpenAI; use \"tool\".");
      default ->
          throw role.invalid(
              "invalid_value",
              role.shown() + " is not known (expected: system, developer, user, assistant, tool)");
    };
  }

  private static Parameter<ChatMessage.Builder> role(String range, String meaning) {
    return Parameter.<ChatMessage.Builder>of(
            "role",
            "string",
            range,
            "",
            Effect.HONOURED,
            ("Who speaks. " + meaning).strip(),
            (value, draft) -> {
              String role = value.string(32);
              draft.setRole(role.equals("developer") ? "system" : role);
            })
        .asRequired();
  }

  private static Parameter<ChatMessage.Builder> name() {
    return Parameter.text(
        "name",
        64,
        "Given to the model's chat template, which may or may not show it.",
        ChatMessage.Builder::setName);
  }

  private static Parameter<ChatMessage.Builder> content(boolean refusals, boolean optional) {
    return Parameter.<ChatMessage.Builder>of(
            "content",
            "string or array of parts",
            "text parts" + (refusals ? " and refusals" : "") + ", 1 to " + MAX_PARTS,
            optional ? "none with `tool_calls`" : "",
            Effect.PARTLY,
            "Text; images, audio and files are refused.",
            (value, draft) -> draft.setContent(contentText(value, refusals)))
        .with(
            refusals
                ? new ParameterTable<?>[] {REFUSAL_PART}
                : new ParameterTable<?>[] {TEXT_PART});
  }

  private static String contentText(Value value, boolean refusals) throws ApiError {
    if (value.node().isTextual()) {
      return value.string(MAX_TEXT);
    }
    if (!value.node().isArray()) {
      throw value.wrongType("a string or an array of content parts");
    }
    List<String> texts = new ArrayList<>();
    for (Value part : value.array(1, MAX_PARTS)) {
      ObjectNode object = part.object();
      String where = part.path() + ".type";
      if (!object.hasNonNull("type")) {
        throw ApiError.invalid(
            where, "missing_required_parameter", "Missing required parameter: '" + where + "'.");
      }
      Value type = new Value(object.get("type"), where);
      PartDraft draft = new PartDraft();
      switch (type.string(64)) {
        case "text" -> TEXT_PART.read(object, part.path(), draft);
        case "refusal" -> {
          if (!refusals) {
            throw type.invalid("invalid_value", "refusals belong to assistant messages");
          }
          REFUSAL_PART.read(object, part.path(), draft);
        }
        case "image_url", "input_audio", "file" ->
            throw type.unsupported(
                type.shown() + " is not available here; the models read text only.");
        default ->
            throw type.invalid("invalid_value", type.shown() + " is not known (expected: text)");
      }
      texts.add(draft.text);
    }
    return String.join("\n", texts);
  }

  private static void toolCalls(Value value, ChatMessage.Builder draft) throws ApiError {
    for (Value element : value.array(0, MAX_CALLS)) {
      ToolCall.Builder call = ToolCall.newBuilder();
      TOOL_CALL.read(element.object(), element.path(), call);
      draft.addToolCalls(call);
    }
  }

  /** A member that says of what kind its object is. */
  static <D> Parameter<D> fixed(String name, String only) {
    return Parameter.<D>choice(
            name,
            List.of(only),
            only.equals("function") ? List.of("custom") : List.of(),
            "",
            only.equals("function") ? Effect.PARTLY : Effect.HONOURED,
            only.equals("function") ? "Functions; custom tools are refused." : "The kind of part.",
            (draft, value) -> {})
        .asRequired();
  }
}

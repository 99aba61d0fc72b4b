package io.myelin.engine.constrain.tools;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.engine.EngineException;
import io.myelin.v1.ChatMessage;
import io.myelin.v1.ChatPrompt;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.OutputConstraint;
import io.myelin.v1.ToolCall;
import io.myelin.v1.ToolDefinition;

/**
 * Writes tool definitions, calls and answers as plain messages, in the form that many open models
 * were trained on: definitions between {@code <tools>} marks in the system message, each call as
 * {@code <tool_call>{"name":…,"arguments":…}</tool_call>}, each answer between {@code
 * <tool_response>} marks in a message of the user.
 */
public final class ToolPrompts {
  private static final ObjectMapper JSON = new ObjectMapper();

  private ToolPrompts() {}

  /** Whether the prompt has anything only {@link #flatten} makes fit for a simple template. */
  public static boolean hasTools(ChatPrompt chat) {
    return chat.getToolsCount() > 0
        || chat.getMessagesList().stream()
            .anyMatch(m -> m.getToolCallsCount() > 0 || m.getRole().equals("tool"));
  }

  /**
   * The same conversation with messages of the roles system, user and assistant only.
   *
   * @throws EngineException BAD_REQUEST when a definition or a call holds no JSON object
   */
  public static ChatPrompt flatten(GenerationSpec spec) {
    ChatPrompt chat = spec.getChat();
    if (!hasTools(chat)) {
      return chat;
    }
    ChatPrompt.Builder flat = ChatPrompt.newBuilder();
    String instructions = chat.getToolsCount() == 0 ? "" : instructions(chat, spec.getConstraint());
    boolean told = instructions.isEmpty();
    for (ChatMessage message : chat.getMessagesList()) {
      boolean system = message.getRole().equals("system") || message.getRole().equals("developer");
      if (!told) {
        told = true;
        if (system) {
          flat.addMessages(plain("system", message.getContent() + "\n\n" + instructions));
          continue;
        }
        flat.addMessages(plain("system", instructions));
      }
      flat.addMessages(flatten(message));
    }
    return flat.build();
  }

  private static ChatMessage flatten(ChatMessage message) {
    if (message.getRole().equals("tool")) {
      return plain("user", "<tool_response>\n" + message.getContent() + "\n</tool_response>");
    }
    if (message.getToolCallsCount() == 0) {
      return message;
    }
    StringBuilder text = new StringBuilder(message.getContent());
    for (ToolCall call : message.getToolCallsList()) {
      ObjectNode json = JSON.createObjectNode().put("name", call.getName());
      json.set("arguments", object(call.getArgumentsJson(), "tool_calls.arguments"));
      text.append(text.isEmpty() ? "" : "\n").append("<tool_call>\n").append(json);
      text.append("\n</tool_call>");
    }
    return plain(message.getRole(), text.toString());
  }

  private static String instructions(ChatPrompt chat, OutputConstraint constraint) {
    StringBuilder text =
        new StringBuilder("You may call these functions. Their signatures are:\n<tools>\n");
    for (ToolDefinition tool : chat.getToolsList()) {
      ObjectNode function = JSON.createObjectNode().put("name", tool.getName());
      if (!tool.getDescription().isEmpty()) {
        function.put("description", tool.getDescription());
      }
      function.set("parameters", object(tool.getParametersJson(), "tools.parameters"));
      ObjectNode json = JSON.createObjectNode().put("type", "function");
      json.set("function", function);
      text.append(json).append('\n');
    }
    text.append("</tools>\n");
    boolean forced = constraint.getKind() != OutputConstraint.Kind.KIND_FREE_TEXT;
    if (forced && chat.getToolsCount() == 1) {
      // The output is constrained to the arguments alone: the prompt must ask for just that.
      text.append("Call ").append(chat.getTools(0).getName());
      text.append(" now: answer with nothing but the JSON object of its arguments.");
    } else if (forced) {
      text.append("Call one of them now: answer with nothing but a JSON object like\n");
      text.append("{\"name\": <function's name>, \"arguments\": <object of its arguments>}");
    } else {
      text.append("To call one, answer with a JSON object between marks, like\n<tool_call>\n");
      text.append("{\"name\": <function's name>, \"arguments\": <object of its arguments>}\n");
      text.append("</tool_call>");
    }
    return text.toString();
  }

  private static JsonNode object(String json, String what) {
    if (json.isEmpty()) {
      return JSON.createObjectNode();
    }
    try {
      if (JSON.readTree(json) instanceof ObjectNode node) {
        return node;
      }
    } catch (JsonProcessingException e) {
      // Said below.
    }
    throw new EngineException(
        EngineException.Kind.BAD_REQUEST, what + ": " + brief(json) + " (expected: a JSON object)");
  }

  private static String brief(String text) {
    return text.length() <= 80 ? text : text.substring(0, 80) + "…";
  }

  private static ChatMessage plain(String role, String content) {
    return ChatMessage.newBuilder().setRole(role).setContent(content).build();
  }
}

package io.myelin.engine.llama;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.myelin.engine.EngineException;
import io.myelin.engine.EngineException.Kind;
import io.myelin.engine.constrain.tools.ToolPrompts;
import io.myelin.engine.jinja.ChatTemplate;
import io.myelin.engine.jinja.MarkedText;
import io.myelin.engine.jinja.TemplateException;
import io.myelin.v1.ChatMessage;
import io.myelin.v1.ChatPrompt;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.OutputConstraint;
import io.myelin.v1.ToolCall;
import io.myelin.v1.ToolDefinition;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Renders chats with one template, after finding out by rendering examples what it can do: whether
 * it knows a system message, and whether it writes tools the way the gateway reads calls.
 */
final class ChatRenderer {
  /** The plain style that many models know; no system message of its own. */
  static final String CHATML =
      "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' +"
          + " message['content'] + '<|im_end|>\\n' }}{% endfor %}{% if add_generation_prompt"
          + " %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

  private static final Set<String> ROLES =
      Set.of("system", "developer", "user", "assistant", "tool");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TypeReference<LinkedHashMap<String, Object>> OBJECT =
      new TypeReference<>() {};

  private final ChatTemplate template;
  private final MarkedText begin;
  private final MarkedText end;
  private final InstantSource clock;
  private final boolean knowsSystem;
  private final boolean knowsTools;

  /**
   * A renderer.
   *
   * @param begin text of the model's token that begins a text
   * @param end text of the one that ends it
   * @param clock what a template is told of the time when the request says nothing
   */
  ChatRenderer(ChatTemplate template, String begin, String end, InstantSource clock) {
    this.template = template;
    this.begin = MarkedText.template(begin);
    this.end = MarkedText.template(end);
    this.clock = clock;
    this.knowsSystem = rendersSystem();
    this.knowsTools = rendersTools();
  }

  /** Whether tools are left to the template. */
  boolean knowsTools() {
    return knowsTools;
  }

  /**
   * The prompt of a chat.
   *
   * @throws EngineException BAD_REQUEST for what the template cannot render
   */
  MarkedText render(GenerationSpec spec) {
    boolean forced = spec.getConstraint().getKind() != OutputConstraint.Kind.KIND_FREE_TEXT;
    ChatPrompt chat = knowsTools && !forced ? spec.getChat() : ToolPrompts.flatten(spec);
    if (chat.getMessagesCount() == 0) {
      throw bad("messages: none (expected: at least one)");
    }
    Instant now =
        spec.getPromptTimeSeconds() == 0
            ? clock.instant()
            : Instant.ofEpochSecond(spec.getPromptTimeSeconds());
    try {
      return template.render(variables(knowsSystem ? chat : withoutSystem(chat)), now);
    } catch (TemplateException e) {
      throw bad("messages: the model's chat template says: " + e.getMessage());
    }
  }

  private Map<String, @Nullable Object> variables(ChatPrompt chat) {
    Map<String, @Nullable Object> variables = new LinkedHashMap<>();
    variables.put("messages", chat.getMessagesList().stream().map(ChatRenderer::message).toList());
    variables.put(
        "tools",
        chat.getToolsCount() == 0
            ? null
            : chat.getToolsList().stream().map(ChatRenderer::tool).toList());
    variables.put("documents", null);
    variables.put("add_generation_prompt", true);
    variables.put("bos_token", begin);
    variables.put("eos_token", end);
    return variables;
  }

  private static Map<Object, Object> message(ChatMessage message) {
    if (!ROLES.contains(message.getRole())) {
      throw bad("role: " + message.getRole() + " (expected: one of " + ROLES + ")");
    }
    // Templates in the wild know no developer; OpenAI treats it as the system's newer name.
    String role = message.getRole().equals("developer") ? "system" : message.getRole();
    Map<Object, Object> out = new LinkedHashMap<>();
    // One of five words: some templates make a mark of it.
    out.put("role", MarkedText.template(role));
    out.put("content", message.getContent());
    if (!message.getName().isEmpty()) {
      out.put("name", message.getName());
    }
    if (!message.getToolCallId().isEmpty()) {
      out.put("tool_call_id", message.getToolCallId());
    }
    if (message.getToolCallsCount() > 0) {
      out.put("tool_calls", message.getToolCallsList().stream().map(ChatRenderer::call).toList());
    }
    return out;
  }

  private static Map<String, Object> call(ToolCall call) {
    Map<String, Object> function = new LinkedHashMap<>();
    function.put("name", call.getName());
    function.put("arguments", object(call.getArgumentsJson(), "tool_calls.arguments"));
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("id", call.getId());
    out.put("type", "function");
    out.put("function", function);
    return out;
  }

  private static Map<String, Object> tool(ToolDefinition tool) {
    Map<String, Object> function = new LinkedHashMap<>();
    function.put("name", tool.getName());
    function.put("description", tool.getDescription());
    function.put("parameters", object(tool.getParametersJson(), "tools.parameters"));
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("type", "function");
    out.put("function", function);
    return out;
  }

  private static Map<String, Object> object(String json, String what) {
    if (json.isEmpty()) {
      return Map.of();
    }
    try {
      Map<String, Object> object = JSON.readValue(json, OBJECT);
      if (object != null) {
        return object;
      }
    } catch (JsonProcessingException e) {
      // Said below.
    }
    String brief = json.length() <= 80 ? json : json.substring(0, 80) + "…";
    throw bad(what + ": " + brief + " (expected: a JSON object)");
  }

  /** The system's messages said by the user, for templates that know only two to talk. */
  private static ChatPrompt withoutSystem(ChatPrompt chat) {
    ChatPrompt.Builder out = chat.toBuilder().clearMessages();
    List<String> waiting = new ArrayList<>();
    for (ChatMessage message : chat.getMessagesList()) {
      switch (message.getRole()) {
        case "system", "developer" -> waiting.add(message.getContent());
        case "user" -> {
          waiting.add(message.getContent());
          out.addMessages(message.toBuilder().setContent(String.join("\n\n", waiting)));
          waiting.clear();
        }
        default -> out.addMessages(message);
      }
    }
    if (!waiting.isEmpty()) {
      out.addMessages(said("user", String.join("\n\n", waiting)));
    }
    return out.build();
  }

  private static ChatMessage.Builder said(String role, String content) {
    return ChatMessage.newBuilder().setRole(role).setContent(content);
  }

  private boolean rendersSystem() {
    ChatPrompt chat =
        ChatPrompt.newBuilder()
            .addMessages(said("system", "a-system-message"))
            .addMessages(said("user", "a-question"))
            .build();
    return example(chat).contains("a-system-message");
  }

  private boolean rendersTools() {
    ChatPrompt chat =
        ChatPrompt.newBuilder()
            .addMessages(said("user", "a-question"))
            .addMessages(
                said("assistant", "")
                    .addToolCalls(
                        ToolCall.newBuilder()
                            .setId("call00001")
                            .setName("a_function")
                            .setArgumentsJson("{\"a_key\":\"a_value\"}")))
            .addMessages(said("tool", "an-answer").setToolCallId("call00001"))
            .addTools(ToolDefinition.newBuilder().setName("a_function").setDescription("a-purpose"))
            .build();
    String prompt = example(chat).replaceAll("\\s", "");
    return prompt.contains("a-purpose")
        && prompt.contains("an-answer")
        && prompt.contains(
            "<tool_call>{\"name\":\"a_function\",\"arguments\":{\"a_key\":\"a_value\"}}</tool_call>");
  }

  private String example(ChatPrompt chat) {
    try {
      return template.render(variables(chat), Instant.EPOCH).text();
    } catch (TemplateException e) {
      // A template that refuses the example does not know what is in it.
      return "";
    }
  }

  private static EngineException bad(String message) {
    return new EngineException(Kind.BAD_REQUEST, message);
  }
}

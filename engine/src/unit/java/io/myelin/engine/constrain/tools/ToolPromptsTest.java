package io.myelin.engine.constrain.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.myelin.engine.EngineException;
import io.myelin.v1.ChatMessage;
import io.myelin.v1.ChatPrompt;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.OutputConstraint;
import io.myelin.v1.ToolCall;
import io.myelin.v1.ToolDefinition;
import org.junit.jupiter.api.Test;

class ToolPromptsTest {
  private static final ToolDefinition WEATHER =
      ToolDefinition.newBuilder()
          .setName("weather")
          .setDescription("Tells the weather.")
          .setParametersJson(
              "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}}}")
          .build();

  private static ChatMessage message(String role, String content) {
    return ChatMessage.newBuilder().setRole(role).setContent(content).build();
  }

  private static GenerationSpec spec(ChatPrompt.Builder chat) {
    return GenerationSpec.newBuilder().setChat(chat).build();
  }

  @Test
  void withoutToolsNothingChanges() {
    ChatPrompt.Builder chat = ChatPrompt.newBuilder().addMessages(message("user", "hi"));
    assertThat(ToolPrompts.flatten(spec(chat))).isEqualTo(chat.build());
  }

  @Test
  void definitionsJoinTheSystemMessageAndCallsBecomeText() {
    ChatPrompt flat =
        ToolPrompts.flatten(
            spec(
                ChatPrompt.newBuilder()
                    .addTools(WEATHER)
                    .addMessages(message("developer", "Be brief."))
                    .addMessages(message("user", "Rain in Paris?"))
                    .addMessages(
                        ChatMessage.newBuilder()
                            .setRole("assistant")
                            .addToolCalls(
                                ToolCall.newBuilder()
                                    .setId("c1")
                                    .setName("weather")
                                    .setArgumentsJson("{ \"city\": \"Paris\" }")))
                    .addMessages(message("tool", "sunny"))));
    assertThat(flat.getToolsCount()).isZero();
    assertThat(flat.getMessagesList())
        .extracting(ChatMessage::getRole)
        .containsExactly("system", "user", "assistant", "user");
    assertThat(flat.getMessages(0).getContent())
        .startsWith("Be brief.\n\n")
        .contains("\"name\":\"weather\"", "<tools>", "<tool_call>");
    assertThat(flat.getMessages(2).getContent())
        .isEqualTo(
            "<tool_call>\n{\"name\":\"weather\",\"arguments\":{\"city\":\"Paris\"}}\n</tool_call>");
    assertThat(flat.getMessages(3).getContent())
        .isEqualTo("<tool_response>\nsunny\n</tool_response>");
  }

  @Test
  void aForcedCallIsAskedForAsTheConstraintWantsIt() {
    GenerationSpec forced =
        spec(ChatPrompt.newBuilder().addTools(WEATHER).addMessages(message("user", "hi")))
            .toBuilder()
            .setConstraint(
                OutputConstraint.newBuilder().setKind(OutputConstraint.Kind.KIND_JSON_SCHEMA))
            .build();
    ChatPrompt flat = ToolPrompts.flatten(forced);
    assertThat(flat.getMessages(0).getRole()).isEqualTo("system");
    assertThat(flat.getMessages(0).getContent())
        .contains("nothing but the JSON object of its arguments")
        .doesNotContain("<tool_call>");
  }

  @Test
  void brokenArgumentsAreRefused() {
    assertThatThrownBy(
            () ->
                ToolPrompts.flatten(
                    spec(
                        ChatPrompt.newBuilder()
                            .addTools(WEATHER.toBuilder().setParametersJson("[1"))
                            .addMessages(message("user", "hi")))))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("tools.parameters: [1");
  }
}

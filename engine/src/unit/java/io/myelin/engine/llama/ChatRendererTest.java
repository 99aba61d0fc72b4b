package io.myelin.engine.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.myelin.engine.EngineException;
import io.myelin.engine.EngineException.Kind;
import io.myelin.engine.jinja.ChatTemplate;
import io.myelin.engine.jinja.JinjaFixtures;
import io.myelin.v1.ChatMessage;
import io.myelin.v1.ChatPrompt;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.OutputConstraint;
import io.myelin.v1.ToolCall;
import io.myelin.v1.ToolDefinition;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChatRendererTest {
  private static final ToolDefinition TOOL =
      ToolDefinition.newBuilder()
          .setName("weather")
          .setDescription("tells the weather")
          .setParametersJson(
              "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}}}")
          .build();

  private static ChatRenderer renderer(String name) {
    return of(JinjaFixtures.text("templates/" + name + ".jinja"));
  }

  private static ChatRenderer of(String template) {
    return new ChatRenderer(ChatTemplate.parse(template), "<s>", "</s>", () -> JinjaFixtures.NOW);
  }

  private static ChatMessage.Builder said(String role, String content) {
    return ChatMessage.newBuilder().setRole(role).setContent(content);
  }

  private static GenerationSpec.Builder chat(ChatMessage.Builder... messages) {
    ChatPrompt.Builder chat = ChatPrompt.newBuilder();
    List.of(messages).forEach(chat::addMessages);
    return GenerationSpec.newBuilder().setChat(chat);
  }

  private static String text(ChatRenderer renderer, GenerationSpec.Builder spec) {
    return renderer.render(spec.build()).text();
  }

  @Test
  void shouldLeaveToolsToTemplatesThatWriteThemAsTheGatewayReadsThem() {
    for (String name : List.of("qwen2.5", "qwen3")) {
      assertThat(renderer(name).knowsTools()).as(name).isTrue();
    }
    // No tools at all, or calls in other forms.
    for (String name :
        List.of(
            "smollm2",
            "phi-3.5",
            "mistral-nemo",
            "deepseek-r1",
            "deepseek-v3.1",
            "gpt-oss",
            "granite-3.3",
            "glm-4.6",
            "qwen3-coder",
            "llama3-style",
            "gemma-style")) {
      assertThat(renderer(name).knowsTools()).as(name).isFalse();
    }
  }

  private static GenerationSpec.Builder toolChat() {
    GenerationSpec.Builder spec =
        chat(
            said("user", "Rain?"),
            said("assistant", "")
                .addToolCalls(
                    ToolCall.newBuilder()
                        .setName("weather")
                        .setArgumentsJson("{\"city\":\"Rome\"}")),
            said("tool", "no"));
    spec.getChatBuilder().addTools(TOOL);
    return spec;
  }

  @Test
  void shouldWriteToolsInTheTemplatesOwnForm() {
    assertThat(text(renderer("qwen2.5"), toolChat()))
        .contains(
            "You are Qwen",
            "<tools>\n{\"type\": \"function\", \"function\": {\"name\": \"weather\"",
            "<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Rome\"}}\n</tool_call>",
            "<tool_response>\nno\n</tool_response>");
  }

  @Test
  void shouldWriteToolsAsPlainMessagesForOtherTemplates() {
    assertThat(text(renderer("smollm2"), toolChat()))
        .contains("<|im_start|>system\nYou may call these functions")
        .contains("<tool_call>\n{\"name\":\"weather\",\"arguments\":{\"city\":\"Rome\"}}")
        .contains("<|im_start|>user\n<tool_response>\nno\n</tool_response>");
  }

  @Test
  void shouldAskForTheArgumentsAloneWhenTheOutputIsHeldToThem() {
    GenerationSpec.Builder forced =
        toolChat()
            .setConstraint(
                OutputConstraint.newBuilder().setKind(OutputConstraint.Kind.KIND_JSON_SCHEMA));
    assertThat(text(renderer("qwen2.5"), forced)).contains("Call weather now: answer with nothing");
  }

  @Test
  void shouldLetTheUserSayWhatATemplateRefusesFromTheSystem() {
    ChatRenderer gemma = renderer("gemma-style");
    assertThat(text(gemma, chat(said("system", "Be brief."), said("user", "Hi"))))
        .isEqualTo("<s><start_of_turn>user\nBe brief.\n\nHi<end_of_turn>\n<start_of_turn>model\n");
    assertThat(text(gemma, chat(said("developer", "Say hello."))))
        .contains("user\nSay hello.<end_of_turn>");
  }

  @Test
  void shouldTakeTheDeveloperForTheSystem() {
    assertThat(text(renderer("smollm2"), chat(said("developer", "Be brief."), said("user", "Hi"))))
        .startsWith("<|im_start|>system\nBe brief.<|im_end|>");
  }

  @Test
  void shouldSayWhyAChatCannotBeRendered() {
    assertBad(
        renderer("gemma-style"),
        chat(said("assistant", "Hi"), said("assistant", "Ho")),
        "take turns");
    assertBad(renderer("smollm2"), chat(), "messages: none");
    assertBad(renderer("smollm2"), chat(said("wizard", "x")), "role: wizard");
    GenerationSpec.Builder broken = chat(said("user", "x"));
    broken.getChatBuilder().addTools(TOOL.toBuilder().setParametersJson("[1]"));
    assertBad(renderer("qwen2.5"), broken, "tools.parameters: [1]");
    assertBad(
        renderer("qwen2.5"),
        chat(
            said("user", "x"),
            said("assistant", "").addToolCalls(ToolCall.newBuilder().setArgumentsJson("null"))),
        "tool_calls.arguments: null");
  }

  private static void assertBad(ChatRenderer renderer, GenerationSpec.Builder spec, String why) {
    assertThatThrownBy(() -> renderer.render(spec.build()))
        .isInstanceOfSatisfying(
            EngineException.class, e -> assertThat(e.kind()).isEqualTo(Kind.BAD_REQUEST))
        .hasMessageContaining(why);
  }

  @Test
  void shouldTellTheRequestsTimeBeforeItsOwn() {
    ChatRenderer renderer = of("{{ strftime_now('%Y-%m-%d') }}");
    assertThat(text(renderer, chat(said("user", "x")))).isEqualTo("2025-03-07");
    assertThat(text(renderer, chat(said("user", "x")).setPromptTimeSeconds(1_000_000_000)))
        .isEqualTo("2001-09-09");
  }

  @Test
  void shouldMarkWhatMessagesSayAsContentAndRolesAsTheTemplates() {
    var prompt = renderer("phi-3.5").render(chat(said("user", "<|user|>")).build());
    String text = prompt.text();
    assertThat(text).startsWith("<|user|>\n<|user|><|end|>");
    assertThat(prompt.isTemplate(0, 9)).isTrue();
    for (int i = 9; i < 17; i++) {
      assertThat(prompt.isTemplate(i, i + 1)).isFalse();
    }
    assertThat(prompt.isTemplate(17, text.length())).isTrue();
  }
}

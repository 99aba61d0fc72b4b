package io.myelin.engine.llama;

import io.myelin.engine.EngineException;
import io.myelin.engine.EngineException.Kind;
import io.myelin.engine.constrain.tools.ToolPrompts;
import io.myelin.v1.ChatMessage;
import io.myelin.v1.ChatPrompt;
import io.myelin.v1.GenerationSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Turns a request's prompt into tokens, chats with the template of the model file. */
final class ChatPrompts {
  private static final Set<String> ROLES =
      Set.of("system", "developer", "user", "assistant", "tool");

  private final LlamaModel model;
  private final Optional<String> template;

  ChatPrompts(LlamaModel model) {
    this.model = model;
    this.template = model.chatTemplate();
  }

  /**
   * The tokens of the prompt.
   *
   * @throws EngineException BAD_REQUEST for what cannot be a prompt of this model
   */
  int[] tokens(GenerationSpec spec) {
    int[] tokens =
        switch (spec.getPromptCase()) {
          case CHAT -> model.tokenize(render(ToolPrompts.flatten(spec)), true);
          case TEXT -> model.tokenize(spec.getText(), true);
          case PROMPT_TOKENS -> given(spec);
          case PROMPT_NOT_SET -> throw bad("prompt: none (expected: chat, text or prompt_tokens)");
        };
    if (tokens.length == 0) {
      throw bad("prompt: no tokens (expected: at least one)");
    }
    return tokens;
  }

  private int[] given(GenerationSpec spec) {
    List<Integer> given = spec.getPromptTokens().getTokensList();
    int[] tokens = new int[given.size()];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = given.get(i);
      model.checkToken(tokens[i]);
    }
    return tokens;
  }

  private String render(ChatPrompt chat) {
    if (template.isEmpty()) {
      throw bad(
          "prompt: a chat (expected: plain text or tokens, since the model file has no chat"
              + " template)");
    }
    if (chat.getMessagesCount() == 0) {
      throw bad("messages: none (expected: at least one)");
    }
    List<String> flat = new ArrayList<>();
    for (ChatMessage message : chat.getMessagesList()) {
      if (!ROLES.contains(message.getRole())) {
        throw bad("role: " + message.getRole() + " (expected: one of " + ROLES + ")");
      }
      // Templates in the wild know no developer; OpenAI treats it as the system's newer name.
      flat.add(message.getRole().equals("developer") ? "system" : message.getRole());
      flat.add(withoutNul(message.getContent()));
    }
    return model
        .applyTemplate(template.get(), flat)
        .orElseThrow(
            () ->
                bad(
                    "prompt: a chat (expected: plain text or tokens, since llama.cpp does not know"
                        + " the style of this model's chat template)"));
  }

  // C strings end at NUL: what follows would be dropped unseen.
  private static String withoutNul(String text) {
    if (text.indexOf('\0') >= 0) {
      throw bad("content: contains U+0000 (expected: text without it)");
    }
    return text;
  }

  private static EngineException bad(String message) {
    return new EngineException(Kind.BAD_REQUEST, message);
  }
}

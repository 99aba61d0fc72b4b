package io.myelin.engine.llama;

import io.myelin.engine.EngineException;
import io.myelin.engine.EngineException.Kind;
import io.myelin.engine.jinja.ChatTemplate;
import io.myelin.engine.jinja.MarkedText;
import io.myelin.engine.jinja.TemplateException;
import io.myelin.v1.GenerationSpec;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns a request's prompt into tokens. A chat is rendered with the model's template, and what its
 * messages say never becomes a control token. A plain text prompt is the whole prompt, marks
 * included, as in llama.cpp's own server.
 */
final class ChatPrompts {
  private static final Logger log = LoggerFactory.getLogger(ChatPrompts.class);

  private final LlamaModel model;
  private final int contextLength;
  private final PromptTokenizer tokenizer;
  private final @Nullable ChatRenderer renderer;
  private final String noChat;

  /**
   * Prompts of a model.
   *
   * @param contextLength tokens that a prompt may have at most
   * @param template the chat template to use instead of the model file's
   */
  ChatPrompts(LlamaModel model, int contextLength, Optional<String> template) {
    this.model = model;
    this.contextLength = contextLength;
    String source = template.or(model::chatTemplate).orElse("");
    this.tokenizer =
        new PromptTokenizer(
            new SpecialTokens(model.specialTokens(source)),
            text -> model.tokenize(text, false, false));
    ChatRenderer usable = null;
    String why = "the model file has no chat template";
    if (!source.isEmpty()) {
      try {
        usable =
            new ChatRenderer(
                ChatTemplate.parse(source),
                model.beginText(),
                model.endText(),
                InstantSource.system());
      } catch (TemplateException e) {
        why = "the model's chat template cannot be used: " + e.getMessage();
        log.warn("model {}: {}", model.file().path(), why);
      }
    }
    this.renderer = usable;
    this.noChat = why;
  }

  /**
   * The tokens of the prompt.
   *
   * @throws EngineException BAD_REQUEST for what cannot be a prompt of this model
   */
  int[] tokens(GenerationSpec spec) {
    int[] tokens =
        switch (spec.getPromptCase()) {
          case CHAT -> chat(spec);
          case TEXT -> model.tokenize(bounded(spec.getText()), true, true);
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

  private int[] chat(GenerationSpec spec) {
    if (renderer == null) {
      throw bad("prompt: a chat (expected: plain text or tokens, since " + noChat + ")");
    }
    return chatTokens(renderer.render(spec));
  }

  /** The tokens of a rendered chat. */
  int[] chatTokens(MarkedText prompt) {
    String _ = bounded(prompt.text());
    int[] tokens = tokenizer.tokens(prompt);
    // Many templates write the first token themselves, and it must not come twice.
    if (model.addsBegin() && (tokens.length == 0 || tokens[0] != model.beginToken())) {
      int[] more = new int[tokens.length + 1];
      more[0] = model.beginToken();
      System.arraycopy(tokens, 0, more, 1, tokens.length);
      return more;
    }
    return tokens;
  }

  /** Text that may fit: to tokenise megabytes only to refuse them would take many seconds. */
  private String bounded(String text) {
    if (text.length() > contextLength) {
      int least = text.length() / model.longestText();
      if (least > contextLength) {
        throw new EngineException(
            Kind.CONTEXT_LENGTH_EXCEEDED,
            "prompt: %d characters, %d tokens or more (expected: at most %d)"
                .formatted(text.length(), least, contextLength));
      }
    }
    return text;
  }

  private static EngineException bad(String message) {
    return new EngineException(Kind.BAD_REQUEST, message);
  }
}

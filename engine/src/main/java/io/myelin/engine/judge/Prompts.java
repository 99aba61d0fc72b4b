package io.myelin.engine.judge;

import io.myelin.v1.ChatMessage;
import io.myelin.v1.ChatPrompt;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.SamplingParams;

/** What judges ask a model. */
final class Prompts {
  private Prompts() {}

  static GenerationSpec chat(String model, String content) {
    return spec(model)
        .setChat(
            ChatPrompt.newBuilder()
                .addMessages(ChatMessage.newBuilder().setRole("user").setContent(content)))
        .build();
  }

  static GenerationSpec text(String model, String text) {
    return spec(model).setText(text).build();
  }

  private static GenerationSpec.Builder spec(String model) {
    return GenerationSpec.newBuilder()
        .setModel(model)
        .setSampling(SamplingParams.newBuilder().setTopP(1).setRepeatPenalty(1))
        .setMaxTokens(1)
        // A template that shows the date shows the same one to all judges.
        .setPromptTimeSeconds(1);
  }

  static String cut(String text) {
    return text.codePointCount(0, text.length()) <= AnswerJudge.MOST_CHARACTERS
        ? text
        : text.substring(0, text.offsetByCodePoints(0, AnswerJudge.MOST_CHARACTERS));
  }
}

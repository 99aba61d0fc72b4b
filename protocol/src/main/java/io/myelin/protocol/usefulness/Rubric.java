package io.myelin.protocol.usefulness;

import io.myelin.v1.ChatMessage;
import io.myelin.v1.ChatPrompt;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.SamplingParams;

/** What is asked of the model about an answer; the mark is how sure it is of its yes. */
public enum Rubric {
  /** Whether who asked can use it. */
  USEFULNESS("Does the reply answer the question and help the person who asked it?"),
  /** Whether it is so. */
  CORRECTNESS("Is everything that the reply says correct?");

  /** Longer questions and answers are cut: a mark is of their beginning. */
  public static final int MOST_CHARACTERS = 2_000;

  private final String asked;

  Rubric(String asked) {
    this.asked = asked;
  }

  /** The prompt, to which the model says yes or no. */
  public GenerationSpec prompt(String model, String question, String answer) {
    return GenerationSpec.newBuilder()
        .setModel(model)
        .setChat(
            ChatPrompt.newBuilder()
                .addMessages(
                    ChatMessage.newBuilder()
                        .setRole("user")
                        .setContent(
                            "Question: %s\nReply: %s\n\n%s Say Yes or No."
                                .formatted(cut(question), cut(answer), asked))))
        .setSampling(SamplingParams.newBuilder().setTopP(1).setRepeatPenalty(1))
        .setMaxTokens(1)
        // Of no meaning here; a template that shows the date gives all the same.
        .setPromptTimeSeconds(1)
        .build();
  }

  private static String cut(String text) {
    return text.codePointCount(0, text.length()) <= MOST_CHARACTERS
        ? text
        : text.substring(0, text.offsetByCodePoints(0, MOST_CHARACTERS));
  }
}

package io.myelin.engine.calibrate;

import io.myelin.v1.ChatMessage;
import io.myelin.v1.ChatPrompt;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.SamplingParams;
import java.util.ArrayList;
import java.util.List;

/** Questions for answers of a given length, the same each time. */
public final class Requests {
  private static final List<String> QUESTIONS =
      List.of(
          "Tell me about the sea.",
          "Write a short story about a lighthouse.",
          "How does a bicycle stay upright?",
          "Explain photosynthesis to a child.",
          "List ten animals and where they live.",
          "Write a letter to a friend about a journey.",
          "What should I cook with potatoes and onions?",
          "Describe a winter morning in a small town.",
          "Why is the sky blue?",
          "Give advice for learning the piano.",
          "Write Python code that sorts a list.",
          "What happened in the year 1969?");

  private Requests() {}

  /**
   * Requests of one temperature; no two of a process's first million are alike.
   *
   * @param first number of the first; another number is another question or seed
   * @param tokens of each answer, exactly
   */
  public static List<GenerationSpec> of(
      String modelId, int first, int count, double temperature, int tokens) {
    List<GenerationSpec> specs = new ArrayList<>();
    for (int i = first; i < first + count; i++) {
      String question =
          QUESTIONS.get(i % QUESTIONS.size())
              + (i < QUESTIONS.size() ? "" : " Think of number " + i + ".");
      specs.add(
          GenerationSpec.newBuilder()
              .setModel(modelId)
              .setChat(
                  ChatPrompt.newBuilder()
                      .addMessages(ChatMessage.newBuilder().setRole("user").setContent(question)))
              .setSampling(
                  SamplingParams.newBuilder()
                      .setTemperature(temperature)
                      .setTopP(1)
                      .setRepeatPenalty(1)
                      .setSeed(i))
              .setMaxTokens(tokens)
              .setIgnoreEos(true)
              .build());
    }
    return specs;
  }
}

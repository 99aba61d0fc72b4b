package io.myelin.protocol.cognitive;

import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.v1.ChatMessage;
import io.myelin.v1.ChatPrompt;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.RoundContent.Kind;
import io.myelin.v1.SamplingParams;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What a round's nodes are to generate: everything but the model follows from the round, from who
 * makes it and from what was made before, so that who checks it knows what was asked.
 */
public final class RoundTasks {
  /** What questions are made of when the topic cannot be had. */
  public static final String FALLBACK_TOPIC = "the weather and the seasons";

  /** What is answered when the questions cannot be had. */
  public static final String FALLBACK_QUESTIONS =
      "Why is it colder in winter than in summer? What makes the wind blow?";

  private static final byte[] DOMAIN = "myelin/round/seed/2".getBytes(StandardCharsets.UTF_8);

  private RoundTasks() {}

  /** Most tokens that are made of a kind. */
  public static int mostTokens(Kind kind) {
    return switch (kind) {
      case KIND_TOPIC -> 24;
      case KIND_QUESTIONS -> 64;
      case KIND_ANSWER -> 64;
      default -> throw unknown(kind);
    };
  }

  /** What stands in for what a kind is made of. */
  public static String fallback(Kind kind) {
    return switch (kind) {
      case KIND_TOPIC -> "";
      case KIND_QUESTIONS -> FALLBACK_TOPIC;
      case KIND_ANSWER -> FALLBACK_QUESTIONS;
      default -> throw unknown(kind);
    };
  }

  /**
   * What to generate.
   *
   * @param model of the node's choice
   * @param number of the round's window
   * @param beganSeconds when that window began: what a template that shows the time is told
   * @param node that is to generate it: each has a seed of its own, so that what another tells it
   *     is of no use
   * @param input the topic's text for questions, the questions' for an answer; nothing for a topic
   */
  public static GenerationSpec spec(
      Kind kind, String model, long number, long beganSeconds, Address node, String input) {
    return GenerationSpec.newBuilder()
        .setModel(model)
        .setChat(
            ChatPrompt.newBuilder()
                .addMessages(
                    ChatMessage.newBuilder().setRole("user").setContent(words(kind, input))))
        .setSampling(
            SamplingParams.newBuilder()
                .setTemperature(kind == Kind.KIND_TOPIC ? 1 : 0.7)
                .setTopP(1)
                .setRepeatPenalty(1)
                .setSeed(seed(kind, RoundDraw.idOf(number), node, input)))
        .setMaxTokens(mostTokens(kind))
        .setPromptTimeSeconds(beganSeconds)
        .build();
  }

  private static String words(Kind kind, String input) {
    return switch (kind) {
      case KIND_TOPIC ->
          "Name one subject that people are curious about. Answer with its name alone.";
      case KIND_QUESTIONS -> "Write three short questions about this subject: " + input;
      case KIND_ANSWER -> "Answer briefly.\n\n" + input;
      default -> throw unknown(kind);
    };
  }

  private static long seed(Kind kind, Digest roundId, Address node, String input) {
    Digest hash =
        Keccak256.hash(
            DOMAIN,
            roundId.bytes(),
            new byte[] {(byte) kind.getNumber()},
            node.bytes(),
            input.getBytes(StandardCharsets.UTF_8));
    return ByteBuffer.wrap(hash.bytes()).getLong();
  }

  private static IllegalArgumentException unknown(Kind kind) {
    return new IllegalArgumentException(
        "kind: " + kind + " (expected: topic, questions or answer)");
  }
}

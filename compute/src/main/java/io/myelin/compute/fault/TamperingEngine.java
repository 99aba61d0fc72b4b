package io.myelin.compute.fault;

import com.google.protobuf.ByteString;
import io.myelin.engine.Generation;
import io.myelin.engine.GenerationListener;
import io.myelin.engine.InferenceEngine;
import io.myelin.engine.OutputPrefix;
import io.myelin.v1.ChatMessage;
import io.myelin.v1.GeneratedChunk;
import io.myelin.v1.GenerationResult;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.TokenLogprob;
import java.util.List;
import java.util.Locale;

/** An engine that does other work than it was asked for, and says that it did not. */
final class TamperingEngine extends PassingEngine {
  private static final double COLDER = 0.25;
  private static final int MADE_UP_Q10 = -1_024;

  private final InferenceEngine working;
  private final Fault fault;

  /**
   * Of one fault.
   *
   * @param honest what it pretends to be
   * @param working what it runs; the same, but for one that runs a smaller copy
   */
  TamperingEngine(InferenceEngine honest, InferenceEngine working, Fault fault) {
    super(honest);
    this.working = working;
    this.fault = fault;
  }

  @Override
  public Generation generate(
      GenerationSpec spec, OutputPrefix prefix, GenerationListener listener) {
    boolean has = working.models().stream().anyMatch(model -> model.id().equals(spec.getModel()));
    return (has ? working : honest).generate(asked(spec), prefix, told(listener));
  }

  private GenerationSpec asked(GenerationSpec spec) {
    return switch (fault) {
      case Fault.Truncate _ -> truncated(spec);
      case Fault.Cold _ ->
          spec.toBuilder()
              .setSampling(
                  spec.getSampling().toBuilder()
                      .setTemperature(spec.getSampling().getTemperature() * COLDER))
              .build();
      // So that with what is said twice it is as long as it was asked for.
      case Fault.Skip f when spec.getMaxTokens() > 0 ->
          spec.toBuilder()
              .setMaxTokens(spec.getMaxTokens() - spec.getMaxTokens() / f.every())
              .build();
      default -> spec;
    };
  }

  private GenerationListener told(GenerationListener listener) {
    return switch (fault) {
      case Fault.Edit _ -> new Retelling(listener, TamperingEngine::shouted, e -> e, r -> r);
      case Fault.Garbage _ -> new Retelling(listener, c -> c, TamperingEngine::madeUp, r -> r);
      case Fault.Inflate _ -> new Retelling(listener, c -> c, e -> e, TamperingEngine::counted);
      case Fault.Skip f -> new Skipping(listener, f.every());
      default -> listener;
    };
  }

  private static GenerationSpec truncated(GenerationSpec spec) {
    if (spec.hasText()) {
      return spec.toBuilder().setText(half(spec.getText())).build();
    }
    GenerationSpec.Builder shorter = spec.toBuilder();
    for (int at = 0; at < spec.getChat().getMessagesCount(); at++) {
      ChatMessage message = spec.getChat().getMessages(at);
      shorter
          .getChatBuilder()
          .setMessages(at, message.toBuilder().setContent(half(message.getContent())));
    }
    return shorter.build();
  }

  private static String half(String text) {
    int middle = text.offsetByCodePoints(0, text.codePointCount(0, text.length()) / 2);
    return text.substring(middle);
  }

  private static GeneratedChunk shouted(GeneratedChunk chunk) {
    String text = chunk.getText().toStringUtf8().toUpperCase(Locale.ROOT);
    return chunk.toBuilder().setText(ByteString.copyFromUtf8(text)).build();
  }

  private static GenerationResult counted(GenerationResult result) {
    return result.toBuilder().setPromptTokens(2 * result.getPromptTokens()).build();
  }

  private static List<TokenLogprob> madeUp(List<TokenLogprob> evidence) {
    return evidence.stream()
        .map(token -> token.toBuilder().setLogprobQ10(MADE_UP_Q10).clearTop().build())
        .toList();
  }
}

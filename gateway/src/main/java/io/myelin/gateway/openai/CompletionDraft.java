package io.myelin.gateway.openai;

import java.util.ArrayList;
import java.util.List;

/** A text completion request while it is being read. */
final class CompletionDraft extends GenerationDraft {
  /** A prompt is text or token ids; one of the two lists is empty. */
  final List<String> texts = new ArrayList<>();

  final List<List<Integer>> tokens = new ArrayList<>();
  long maxTokens = CompletionParameters.STANDARD_MAX_TOKENS;
  boolean echo;
  boolean logprobs;
  int topLogprobs;
  long bestOf;
}

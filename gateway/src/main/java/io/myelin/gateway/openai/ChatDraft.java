package io.myelin.gateway.openai;

import io.myelin.v1.ChatMessage;
import io.myelin.v1.OutputConstraint;
import io.myelin.v1.ToolDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A chat completion request while it is being read. */
final class ChatDraft extends GenerationDraft {
  final List<ChatMessage> messages = new ArrayList<>();
  final List<ToolDefinition> tools = new ArrayList<>();
  OutputConstraint constraint = OutputConstraint.getDefaultInstance();
  boolean logprobs;
  int topLogprobs;
  boolean topLogprobsGiven;
  long maxTokens;
  long maxCompletionTokens;
  boolean serviceTierGiven;
  boolean parallelToolCalls = true;
  boolean toolsGiven;
  ToolChoice toolChoice = new ToolChoice(ToolChoice.Mode.AUTO, null, null);
  boolean toolChoiceGiven;

  /**
   * Which tool may or must be called.
   *
   * @param named the one function that must be called, or null
   * @param allowed the functions that may be called, or null for all
   */
  record ToolChoice(Mode mode, @Nullable String named, @Nullable Set<String> allowed) {
    enum Mode {
      NONE,
      AUTO,
      REQUIRED
    }
  }
}

package io.myelin.gateway.openai;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.gateway.http.ApiError;
import io.myelin.gateway.openai.ChatDraft.ToolChoice;
import io.myelin.v1.ChatPrompt;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.OutputConstraint;
import io.myelin.v1.ToolDefinition;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/** Turns the body of a chat completion request into what is submitted. */
final class ChatRequests {
  private ChatRequests() {}

  /**
   * Reads and checks.
   *
   * @param randomness asked for a seed when the client gave none
   * @param clock what a chat template that shows the date is told, wherever it is rendered
   */
  static GenerationRequest read(ObjectNode body, LongSupplier randomness, InstantSource clock)
      throws ApiError {
    ChatDraft draft = new ChatDraft();
    ChatParameters.TABLE.read(body, "", draft);
    CommonParameters.checkStream(draft);
    checkLogprobs(draft);
    long maxTokens = maxTokens(draft);
    List<ToolDefinition> tools = toolsInPlay(draft);
    ToolPlan plan = plan(draft, tools);
    checkToolsWithFormat(draft, plan);

    GenerationSpec.Builder spec =
        GenerationSpec.newBuilder()
            .setModel(draft.model)
            .setChat(ChatPrompt.newBuilder().addAllMessages(draft.messages).addAllTools(tools))
            .setMaxTokens((int) maxTokens)
            .addAllStop(draft.stop)
            .setLogprobs(draft.logprobs)
            .setTopLogprobs(draft.topLogprobs)
            .setPromptTimeSeconds(clock.instant().getEpochSecond())
            .setConstraint(constraint(draft, tools, plan));
    if (plan instanceof ToolPlan.Auto && !draft.parallelToolCalls) {
      // One call at most: the generation ends where the first call does.
      spec.addStop(ToolCallReader.CLOSE);
    }
    long seed = draft.seed.orElseGet(randomness);
    List<GenerationSpec> specs = new ArrayList<>(draft.choices);
    for (int i = 0; i < draft.choices; i++) {
      spec.setSampling(draft.sampling.setSeed(Seeds.forChoice(seed, i)));
      specs.add(spec.build());
    }
    return new GenerationRequest(
        draft.model,
        specs,
        1,
        draft.stream,
        draft.includeUsage,
        draft.serviceTierGiven,
        plan,
        List.of(),
        draft.maxCompletionTokens != 0 ? "max_completion_tokens" : "max_tokens",
        "messages");
  }

  private static void checkLogprobs(ChatDraft draft) throws ApiError {
    if (draft.topLogprobsGiven && !draft.logprobs) {
      throw ApiError.invalid(
          "top_logprobs",
          "invalid_value",
          "The 'top_logprobs' parameter is only allowed when 'logprobs' is true.");
    }
  }

  private static long maxTokens(ChatDraft draft) throws ApiError {
    if (draft.maxTokens != 0
        && draft.maxCompletionTokens != 0
        && draft.maxTokens != draft.maxCompletionTokens) {
      throw ApiError.invalid(
          "max_tokens",
          "invalid_value",
          "'max_tokens' is "
              + draft.maxTokens
              + " and 'max_completion_tokens' is "
              + draft.maxCompletionTokens
              + " (expected: one of them, or the same value).");
    }
    return Math.max(draft.maxTokens, draft.maxCompletionTokens);
  }

  /** The tools the model is told of: all, the allowed ones, or none. */
  private static List<ToolDefinition> toolsInPlay(ChatDraft draft) throws ApiError {
    ToolChoice choice = draft.toolChoice;
    if (draft.tools.isEmpty()) {
      if (draft.toolChoiceGiven && choice.mode() != ToolChoice.Mode.NONE) {
        throw ApiError.invalid(
            "tool_choice",
            "invalid_value",
            "The 'tool_choice' parameter is only allowed when 'tools' are given.");
      }
      return List.of();
    }
    Set<String> known = names(draft.tools);
    Set<String> wanted = new LinkedHashSet<>();
    if (choice.named() != null) {
      wanted.add(choice.named());
    }
    if (choice.allowed() != null) {
      wanted.addAll(choice.allowed());
    }
    for (String name : wanted) {
      if (!known.contains(name)) {
        throw ApiError.invalid(
            "tool_choice",
            "invalid_value",
            "Tool choice \""
                + name
                + "\" is not among 'tools' ("
                + String.join(", ", known)
                + ").");
      }
    }
    if (choice.mode() == ToolChoice.Mode.NONE) {
      return List.of();
    }
    return wanted.isEmpty()
        ? draft.tools
        : draft.tools.stream().filter(tool -> wanted.contains(tool.getName())).toList();
  }

  private static ToolPlan plan(ChatDraft draft, List<ToolDefinition> tools) throws ApiError {
    if (tools.isEmpty()) {
      return new ToolPlan.NoTools();
    }
    if (draft.toolChoice.mode() == ToolChoice.Mode.REQUIRED) {
      return tools.size() == 1
          ? new ToolPlan.Forced(tools.getFirst().getName())
          : new ToolPlan.OneOf(names(tools));
    }
    for (int i = 0; i < draft.tools.size(); i++) {
      if (tools.contains(draft.tools.get(i)) && draft.tools.get(i).getStrict()) {
        String where = "tools[" + i + "].function.strict";
        throw ApiError.invalid(
            where,
            "unsupported_value",
            "Unsupported value for '"
                + where
                + "': true needs a forced call here; set 'tool_choice' to \"required\" or to the"
                + " function, or leave 'strict' out.");
      }
    }
    return new ToolPlan.Auto(names(tools));
  }

  private static Set<String> names(List<ToolDefinition> tools) {
    return tools.stream()
        .map(ToolDefinition::getName)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  private static void checkToolsWithFormat(ChatDraft draft, ToolPlan plan) throws ApiError {
    if (!(plan instanceof ToolPlan.NoTools)
        && draft.constraint.getKind() != OutputConstraint.Kind.KIND_FREE_TEXT) {
      throw ApiError.invalid(
          "response_format",
          "unsupported_value",
          "A JSON 'response_format' together with callable 'tools' is not available here; set"
              + " 'tool_choice' to \"none\" or leave one of them out.");
    }
  }

  private static OutputConstraint constraint(
      ChatDraft draft, List<ToolDefinition> tools, ToolPlan plan) {
    return switch (plan) {
      case ToolPlan.NoTools none -> draft.constraint;
      case ToolPlan.Auto auto -> OutputConstraint.getDefaultInstance();
      case ToolPlan.Forced forced -> schema(argumentsSchema(tools.getFirst()));
      case ToolPlan.OneOf oneOf ->
          schema(
              tools.stream()
                  .map(ChatRequests::callSchema)
                  .collect(Collectors.joining(",", "{\"anyOf\":[", "]}")));
    };
  }

  private static OutputConstraint schema(String json) {
    return OutputConstraint.newBuilder()
        .setKind(OutputConstraint.Kind.KIND_JSON_SCHEMA)
        .setSchemaJson(json)
        .build();
  }

  private static String argumentsSchema(ToolDefinition tool) {
    return tool.getParametersJson().isEmpty()
        ? "{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}"
        : tool.getParametersJson();
  }

  private static String callSchema(ToolDefinition tool) {
    // The name is of [a-zA-Z0-9_-]: no escaping needed.
    return "{\"type\":\"object\",\"properties\":{\"name\":{\"const\":\""
        + tool.getName()
        + "\"},\"arguments\":"
        + argumentsSchema(tool)
        + "},\"required\":[\"name\",\"arguments\"],\"additionalProperties\":false}";
  }
}

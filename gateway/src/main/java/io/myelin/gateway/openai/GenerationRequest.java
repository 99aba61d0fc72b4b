package io.myelin.gateway.openai;

import io.myelin.v1.GenerationSpec;
import java.util.List;

/**
 * A checked request for text: what is submitted and how the answer is shaped.
 *
 * @param specs one per choice, every parameter resolved
 * @param prompts how many prompts the specs come from, each with as many choices
 * @param stream server-sent events instead of one JSON object
 * @param includeUsage whether a stream ends with an event that holds the usage
 * @param showServiceTier whether the answer names its service tier
 * @param tools how calls are found in the output
 * @param echoes text that each choice begins with (completions API), as many as specs; may be empty
 * @param maxTokensParameter name of the parameter that limited the output, for messages
 * @param promptParameter name of the parameter that holds the prompt, for messages
 */
record GenerationRequest(
    String model,
    List<GenerationSpec> specs,
    int prompts,
    boolean stream,
    boolean includeUsage,
    boolean showServiceTier,
    ToolPlan tools,
    List<String> echoes,
    String maxTokensParameter,
    String promptParameter) {

  /** Whether log-probabilities were asked for. */
  boolean logprobs() {
    return specs.getFirst().getLogprobs();
  }
}

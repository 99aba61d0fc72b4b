package io.myelin.gateway.openai;

import java.util.Set;

/** How calls of tools are found in what the model writes. */
sealed interface ToolPlan {
  /** There are no tools: everything is text. */
  record NoTools() implements ToolPlan {}

  /** The output is constrained to the arguments of this function, and is nothing else. */
  record Forced(String function) implements ToolPlan {}

  /** The output is constrained to {@code {"name":…,"arguments":…}} of one of these functions. */
  record OneOf(Set<String> functions) implements ToolPlan {}

  /** The model decides; a call is recognised by the forms models are trained to write. */
  record Auto(Set<String> functions) implements ToolPlan {}
}

package io.myelin.engine.constrain;

import java.util.LinkedHashSet;
import java.util.Set;

/** Collects the stacks that follow a byte. */
final class Steps {
  // All stacks can be completed, so dropping some narrows the choice and never blocks the way.
  private static final int MAX_STACKS = 512;

  private final int budgetBytes;
  private final Set<Stack> found = new LinkedHashSet<>();

  /** Takes only what can be completed within so many more bytes. */
  Steps(int budgetBytes) {
    this.budgetBytes = budgetBytes;
  }

  void add(Stack stack) {
    if (stack.minTotal <= budgetBytes && found.size() < MAX_STACKS) {
      found.add(stack);
    }
  }

  Set<Stack> found() {
    return found;
  }

  /** Steps a stack; a top that may be left is left as well. */
  void step(Stack stack, int next) {
    stack.frame.step(next, stack, this);
    Stack parent = stack.parent;
    if (parent != null && stack.frame.complete()) {
      step(parent, next);
    }
  }

  /** Steps into a value of the node, on top of {@code below}. */
  void enter(Node node, Stack below, int next) {
    for (Node option : node.concrete()) {
      if (fits(option, below.depth)) {
        step(start(option, below), next);
      }
    }
  }

  /** Whether a value of the node can be completed without nesting too deep. */
  static boolean fits(Node node, int depth) {
    return depth + node.minDepth() <= Stack.MAX_DEPTH;
  }

  private static Stack start(Node node, Stack below) {
    return start(node, below, below.depth);
  }

  static Stack start(Node node, @org.jspecify.annotations.Nullable Stack below, int depth) {
    return switch (node) {
      case Node.ObjectNode o -> new Stack(new ObjectFrames.Start(o), below, depth + 1);
      case Node.ArrayNode a -> new Stack(new ArrayFrames.Start(a), below, depth + 1);
      case Node.StringNode s -> new Stack(StringFrame.start(s), below, depth);
      case Node.NumberNode n -> new Stack(NumberFrame.start(n), below, depth);
      case Node.LiteralNode l -> new Stack(LiteralFrame.start(l), below, depth);
      case Node.Union u -> throw new IllegalStateException("a union is no place");
      case Node.Reference r -> throw new IllegalStateException("a reference is no place");
    };
  }
}

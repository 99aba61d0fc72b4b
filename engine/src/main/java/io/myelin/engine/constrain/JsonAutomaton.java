package io.myelin.engine.constrain;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Reads a document byte by byte and knows at each byte which may follow. Values are immutable.
 * There are no dead ends: whatever was accepted can be completed, within {@link #MAX_BYTES} in all.
 */
final class JsonAutomaton {
  /** Longest document. */
  static final int MAX_BYTES = 256 << 10;

  private final Set<Stack> stacks;
  private final int budgetBytes;

  private JsonAutomaton(Set<Stack> stacks, int budgetBytes) {
    this.stacks = stacks;
    this.budgetBytes = budgetBytes;
  }

  /** Before the first byte of a document of this kind. */
  static JsonAutomaton of(Node root) {
    return of(root, MAX_BYTES);
  }

  /** The same with a bound of its own. */
  static JsonAutomaton of(Node root, int maxBytes) {
    Steps begin = new Steps(maxBytes);
    for (Node option : root.concrete()) {
      if (Steps.fits(option, 0)) {
        begin.add(Steps.start(option, null, 0));
      }
    }
    return new JsonAutomaton(begin.found(), maxBytes);
  }

  /** After one more byte; {@link #isDead} when it is not allowed. */
  JsonAutomaton next(int value) {
    Steps steps = new Steps(budgetBytes - 1);
    for (Stack stack : stacks) {
      steps.step(stack, value);
    }
    return new JsonAutomaton(steps.found(), budgetBytes - 1);
  }

  /** After more bytes. */
  JsonAutomaton next(byte[] bytes) {
    JsonAutomaton at = this;
    for (int i = 0; i < bytes.length && !at.isDead(); i++) {
      at = at.next(bytes[i] & 0xFF);
    }
    return at;
  }

  /** Whether what came is not the beginning of any allowed document. */
  boolean isDead() {
    return stacks.isEmpty();
  }

  /** Whether what came is an allowed document. */
  boolean isComplete() {
    return stacks.stream().anyMatch(Stack::complete);
  }

  /** Whether only the end may come. */
  boolean isOver() {
    return allowed().isEmpty();
  }

  /** Bytes that suffice to complete the document; 0 when it is complete. */
  int bytesToCompletion() {
    return stacks.stream().mapToInt(stack -> stack.minTotal).min().orElse(Node.INFINITE);
  }

  /** Bytes that may come next, 0..255. */
  List<Integer> allowed() {
    List<Integer> all = new ArrayList<>();
    for (int value = 0; value < 256; value++) {
      if (!next(value).isDead()) {
        all.add(value);
      }
    }
    return all;
  }
}

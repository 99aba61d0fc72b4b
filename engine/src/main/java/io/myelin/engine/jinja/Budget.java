package io.myelin.engine.jinja;

/**
 * What one rendering may use. A template comes with a model file from anywhere: it must not hold a
 * worker's thread, memory or stack.
 */
final class Budget {
  private static final int MAX_STEPS = 5_000_000;
  private static final long BASE_CHARACTERS = 4 << 20;
  private static final long MAX_CHARACTERS = 64 << 20;
  // Real templates copy a message a few times: trimmed, split, joined, printed.
  private static final long COPIES = 32;
  // A worker thread's stack is 512 KB.
  private static final int MAX_DEPTH = 300;

  // How many characters are looked at in the time of a step.
  private static final int SCANNED_PER_STEP = 64;
  private static final int CHARACTERS_PER_ITEM = 8;

  private final long mostCharacters;
  private long steps;
  private long characters;
  private int depth;

  /** For a template and its input of this many characters together. */
  Budget(long input) {
    this.mostCharacters = Math.min(MAX_CHARACTERS, BASE_CHARACTERS + COPIES * input);
  }

  /** One evaluation inside another. */
  void enter() {
    step();
    if (++depth > MAX_DEPTH) {
      throw new TemplateException("nested deeper than " + MAX_DEPTH);
    }
  }

  void leave() {
    depth--;
  }

  void step() {
    steps(1);
  }

  /** Looking through text. */
  void scan(long length) {
    steps(1 + length / SCANNED_PER_STEP);
  }

  void steps(long count) {
    if (count > MAX_STEPS - steps) {
      throw new TemplateException("more than " + MAX_STEPS + " steps");
    }
    steps += count;
  }

  /** Text about to be made. */
  void characters(long count) {
    if (count > mostCharacters - characters) {
      throw new TemplateException("more than " + mostCharacters + " characters of text");
    }
    characters += count;
    scan(count);
  }

  /** A list or dict about to be made. */
  void items(int count) {
    characters((long) count * CHARACTERS_PER_ITEM);
  }
}

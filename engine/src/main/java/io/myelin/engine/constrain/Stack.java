package io.myelin.engine.constrain;

import org.jspecify.annotations.Nullable;

/**
 * One way to read what came so far: the places that are open, innermost first. Never changed;
 * stacks share their lower parts.
 */
final class Stack {
  /** Deepest nesting of objects and arrays. */
  static final int MAX_DEPTH = 32;

  /** The document is over. */
  static final Stack DONE = new Stack(new Frame.Done(), null, 0);

  final Frame frame;
  final @Nullable Stack parent;
  final int depth;

  /** Bytes of the canonical way to the document's end. */
  final int minTotal;

  private final int hash;

  /**
   * A place on top of others.
   *
   * @param depth levels of objects and arrays, this one included
   */
  Stack(Frame frame, @Nullable Stack parent, int depth) {
    this.frame = frame;
    this.parent = parent;
    this.depth = depth;
    this.minTotal = Node.sum(frame.minRemaining(depth), parent == null ? 0 : parent.minTotal);
    this.hash = 31 * frame.hashCode() + (parent == null ? 0 : parent.hash);
  }

  /** The same with another frame on top. */
  Stack with(Frame other) {
    return new Stack(other, parent, depth);
  }

  /** What is left when the top is finished. */
  Stack popped() {
    return parent == null ? DONE : parent;
  }

  /** Whether the document may end here. */
  boolean complete() {
    return parent == null && frame.complete();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    if (this == other) {
      return true;
    }
    return other instanceof Stack that
        && hash == that.hash
        && depth == that.depth
        && frame.equals(that.frame)
        && (parent == null ? that.parent == null : parent.equals(that.parent));
  }

  @Override
  public int hashCode() {
    return hash;
  }
}

package io.myelin.engine.jinja;

import java.util.BitSet;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Text that knows of each character who wrote it: the template, or a request. Only what a template
 * wrote may become a control token. Equality looks at the text alone, as templates do.
 */
public final class MarkedText implements Value {
  static final MarkedText EMPTY = template("");

  private final String text;
  private final boolean anyContent;
  // Which characters are content; null when all have the same origin.
  private final @Nullable BitSet content;

  private MarkedText(String text, boolean anyContent, @Nullable BitSet content) {
    this.text = text;
    this.anyContent = anyContent && !text.isEmpty();
    this.content = content;
  }

  /** Text of a template. */
  public static MarkedText template(String text) {
    return new MarkedText(text, false, null);
  }

  /** Text of a request. */
  public static MarkedText content(String text) {
    return new MarkedText(text, true, null);
  }

  private static MarkedText mixed(String text, BitSet content) {
    int count = content.cardinality();
    if (count == 0) {
      return template(text);
    }
    return count == text.length() ? content(text) : new MarkedText(text, true, content);
  }

  /** The characters. */
  public String text() {
    return text;
  }

  /** How many {@code char}s. */
  public int length() {
    return text.length();
  }

  /** Whether any character came from a request. */
  public boolean hasContent() {
    return anyContent;
  }

  /** Whether the template wrote every character from {@code from} to before {@code to}. */
  public boolean isTemplate(int from, int to) {
    if (content == null) {
      return !anyContent || from >= to;
    }
    int next = content.nextSetBit(from);
    return next < 0 || next >= to;
  }

  /** The characters from {@code from} to before {@code to}. */
  public MarkedText slice(int from, int to) {
    if (from == 0 && to == text.length()) {
      return this;
    }
    String part = text.substring(from, to);
    return content == null
        ? new MarkedText(part, anyContent, null)
        : mixed(part, content.get(from, to));
  }

  /** Another text of this one's origin, character by character where the lengths agree. */
  MarkedText withText(String other) {
    if (content == null || other.length() != text.length()) {
      return new MarkedText(other, anyContent, null);
    }
    return new MarkedText(other, true, content);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof MarkedText that && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return Objects.hash(text);
  }

  @Override
  public String toString() {
    return text;
  }

  /** Joins pieces, each with its origin. */
  public static final class Joiner {
    private final StringBuilder text = new StringBuilder();
    private final BitSet content = new BitSet();

    /** With nothing yet. */
    public Joiner() {}

    /** Appends a piece. */
    public Joiner add(MarkedText piece) {
      int start = text.length();
      text.append(piece.text);
      if (piece.content != null) {
        BitSet bits = piece.content;
        for (int from = bits.nextSetBit(0); from >= 0; ) {
          int to = bits.nextClearBit(from);
          content.set(start + from, start + to);
          from = bits.nextSetBit(to);
        }
      } else if (piece.anyContent) {
        content.set(start, text.length());
      }
      return this;
    }

    /** The pieces as one text. */
    public MarkedText joined() {
      return mixed(text.toString(), content);
    }
  }

  /** Joins pieces; what grows is taken from the budget. */
  static final class Builder {
    private final Joiner joiner = new Joiner();
    private final Budget budget;

    Builder(Budget budget) {
      this.budget = budget;
    }

    Builder append(MarkedText piece) {
      budget.characters(piece.length());
      joiner.add(piece);
      return this;
    }

    Builder append(String piece) {
      return append(template(piece));
    }

    MarkedText build() {
      return joiner.joined();
    }
  }
}

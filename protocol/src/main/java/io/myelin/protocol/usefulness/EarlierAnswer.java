package io.myelin.protocol.usefulness;

/**
 * An answer of an earlier round that a committee found right.
 *
 * @param question that round's
 * @param answer as its node gave it
 */
public record EarlierAnswer(String question, String answer) {
  private static final int LEAST_WORDS = 8;

  /** Whether it can be spoilt so that it shows. */
  public boolean isUsable() {
    return !question.isBlank() && words().length >= LEAST_WORDS;
  }

  String[] words() {
    return answer.strip().split("\\s+");
  }
}

package io.myelin.protocol.usefulness;

/**
 * An answer whose quality is known, to mark those who give marks.
 *
 * @param question what was asked
 * @param answer what is to be marked
 * @param flaw what is wrong with it
 */
public record PlantedAnswer(String question, String answer, Flaw flaw) {
  /** What may be wrong with an answer. */
  public enum Flaw {
    /** Nothing. */
    NONE,
    /** It answers another question. */
    OFF_TOPIC,
    /** Its words are in the reverse order. */
    SCRAMBLED,
    /** What it says is not so. */
    FALSE
  }
}

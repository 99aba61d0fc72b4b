package io.myelin.protocol.usefulness;

/**
 * An answer whose quality is known, to mark those who give marks.
 *
 * @param question what was asked
 * @param answer what is to be marked
 * @param flaw what is wrong with it
 * @param source where it comes from
 */
public record PlantedAnswer(String question, String answer, Flaw flaw, Source source) {
  /** Where a planted answer comes from. */
  public enum Source {
    /** The source: who reads that knows it again. */
    PUBLISHED,
    /** Earlier rounds: who gives marks cannot know it from what is to be marked. */
    EARLIER
  }

  /** What may be wrong with an answer. */
  public enum Flaw {
    /** Nothing. */
    NONE,
    /** It answers another question. */
    OFF_TOPIC,
    /** Its words are in another order, or not all its own. */
    SCRAMBLED,
    /** What it says is not so. */
    FALSE
  }
}

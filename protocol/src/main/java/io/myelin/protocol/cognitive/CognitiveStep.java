package io.myelin.protocol.cognitive;

import java.util.List;

/** The answer to one event. */
public sealed interface CognitiveStep {

  /** It took effect. */
  record Moved(CognitiveRound round, List<CognitiveEffect> effects) implements CognitiveStep {
    /** Copies. */
    public Moved {
      effects = List.copyOf(effects);
    }
  }

  /**
   * It did not, and nothing changed.
   *
   * @param message for people
   */
  record Refused(Reason reason, String message) implements CognitiveStep {}

  /** Why an event has no effect. */
  enum Reason {
    /** The round waits for something else. */
    WRONG_PHASE,
    /** The stage is over. */
    TOO_LATE,
    /** The stage is not over. */
    NOT_DUE,
    /** It is not this node's part, or what it gives is nothing. */
    NOT_ALLOWED,
    /** The node said that before. */
    DUPLICATE,
    /** A judged node did not reveal, or is named twice. */
    BAD_NODES
  }
}

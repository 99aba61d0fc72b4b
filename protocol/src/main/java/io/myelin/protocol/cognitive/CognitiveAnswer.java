package io.myelin.protocol.cognitive;

import io.myelin.protocol.ids.Digest;
import java.util.Optional;

/**
 * Where a node that is to answer stands.
 *
 * @param precommit what it is bound to, from {@code BOUND} on
 * @param answerDigest what it revealed
 */
public record CognitiveAnswer(
    Part part, Optional<Digest> precommit, Optional<Digest> answerDigest) {

  /** Its part in the round. */
  public enum Part {
    /** It is to answer. */
    ASKED(1),
    /** It is there. */
    STARTED(2),
    /** It is bound. */
    BOUND(3),
    /** It revealed. */
    REVEALED(4),
    /** It missed a stage, lied, or was judged. */
    OUT(5);

    private final int number;

    Part(int number) {
      this.number = number;
    }

    /**
     * By what {@code Cognitive} calls it; who has no part has 0.
     *
     * @throws IllegalArgumentException when there is none
     */
    public static Part of(long number) {
      for (Part part : values()) {
        if (part.number == number) {
          return part;
        }
      }
      throw new IllegalArgumentException("part: " + number + " (expected: 1 to 5)");
    }
  }

  /** One that is asked to answer. */
  static CognitiveAnswer asked() {
    return new CognitiveAnswer(Part.ASKED, Optional.empty(), Optional.empty());
  }

  CognitiveAnswer with(Part next) {
    return new CognitiveAnswer(next, precommit, answerDigest);
  }

  CognitiveAnswer bound(Digest hash) {
    return new CognitiveAnswer(Part.BOUND, Optional.of(hash), answerDigest);
  }

  CognitiveAnswer revealed(Digest digest) {
    return new CognitiveAnswer(Part.REVEALED, precommit, Optional.of(digest));
  }
}

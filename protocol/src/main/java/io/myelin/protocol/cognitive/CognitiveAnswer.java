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
    ASKED,
    /** It is there. */
    STARTED,
    /** It is bound. */
    BOUND,
    /** It revealed. */
    REVEALED,
    /** It missed a stage, lied, or was judged. */
    OUT
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

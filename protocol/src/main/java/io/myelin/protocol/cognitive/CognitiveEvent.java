package io.myelin.protocol.cognitive;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.Salt;
import java.util.List;

/** What can happen to a round. */
public sealed interface CognitiveEvent {

  /** Somebody gives the topic. */
  record Created(Address by, Digest topicDigest) implements CognitiveEvent {}

  /** Somebody gives the questions. */
  record Prepared(Address by, Digest questionsDigest) implements CognitiveEvent {}

  /** Somebody says that it is there to answer. */
  record Started(Address by) implements CognitiveEvent {}

  /**
   * Somebody binds itself.
   *
   * @param hash SHA-256 of salt and answer's digest; zeros bind to nothing
   */
  record Precommitted(Address by, Digest hash) implements CognitiveEvent {}

  /** Somebody reveals. */
  record Committed(Address by, Salt salt, Digest answerDigest) implements CognitiveEvent {}

  /**
   * A committee's word.
   *
   * @param right whose answers, topic or questions were right
   * @param wrong whose were wrong
   */
  record Judged(List<Address> right, List<Address> wrong) implements CognitiveEvent {
    /** Copies. */
    public Judged {
      right = List.copyOf(right);
      wrong = List.copyOf(wrong);
    }
  }

  /** Somebody says that the stage's time is over. */
  record Enforced() implements CognitiveEvent {}
}

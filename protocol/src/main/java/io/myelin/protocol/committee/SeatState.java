package io.myelin.protocol.committee;

import java.util.List;
import java.util.Optional;

/** Where one seat stands in a round. */
public sealed interface SeatState {
  /** What a member did that no honest one does. */
  enum Lie {
    /** Its seal is another's, of another subject or round, or not signed by it. */
    BAD_SEAL,
    /** It sealed two verdicts in one round. */
    SEALED_TWICE,
    /** It showed something else than it had sealed. */
    BAD_REVEAL,
    /** It agreed with a signature that is not its own, or over something else. */
    BAD_SIGNATURE
  }

  /** It has not sealed a verdict. */
  record Waiting(String detail) implements SeatState {}

  /**
   * It sealed a verdict that is not known yet.
   *
   * @param asked whether it was asked to open it
   * @param detail what went wrong last; empty when nothing did
   */
  record Sealed(SignedSeal seal, boolean asked, String detail) implements SeatState {}

  /** It agrees. */
  record Agreed(SignedSeal seal, Verdict verdict) implements SeatState {}

  /**
   * It does not agree, or does not take part.
   *
   * @param text a reason in capitals, {@code ": "}, and words for people
   * @param seal what it had sealed; empty when it said so openly
   * @param verdict what was in it; empty when it said so openly
   */
  record Refused(String text, Optional<SignedSeal> seal, Optional<Verdict> verdict)
      implements SeatState {}

  /**
   * It lied, and counts for nothing.
   *
   * @param seals what it signed: two that contradict each other, or the one that it did not open
   * @param shown what it opened instead; empty when it opened nothing
   */
  record Lied(Lie lie, String detail, List<SignedSeal> seals, Optional<Payload> shown)
      implements SeatState {}

  /** Whether it may still come to agree. */
  default boolean open() {
    return this instanceof Waiting || this instanceof Sealed;
  }
}

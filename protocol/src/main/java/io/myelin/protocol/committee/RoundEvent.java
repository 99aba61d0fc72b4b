package io.myelin.protocol.committee;

import io.myelin.protocol.ids.Salt;

/** What happens in a round. */
public sealed interface RoundEvent {
  /** The asking begins. */
  record Began() implements RoundEvent {}

  /** A member answered with a seal, which nobody has checked yet. */
  record GaveSeal(int seat, SignedSeal seal) implements RoundEvent {}

  /** A member opened its seal, or says so. */
  record Opened(int seat, Payload payload, Salt salt) implements RoundEvent {}

  /**
   * A member answered, for good, that it takes no part.
   *
   * @param text a reason in capitals, {@code ": "}, and words for people
   */
  record Declined(int seat, String text) implements RoundEvent {}

  /** A member did not answer; it is asked again. */
  record Silent(int seat, String detail) implements RoundEvent {}

  /** Time went by. */
  record Tick() implements RoundEvent {}
}

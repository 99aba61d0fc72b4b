package io.myelin.protocol.committee;

import java.util.List;

/** What is to be done in a round. */
public sealed interface RoundEffect {
  /** Ask the member of a seat for its sealed verdict, until it answers. */
  record AskSeal(int seat) implements RoundEffect {}

  /**
   * Ask the member of a seat to open its seal, until it answers.
   *
   * @param shown what proves that a quorum has sealed
   */
  record AskReveal(int seat, List<SignedSeal> shown) implements RoundEffect {}

  /** Stop asking: the round is over. */
  record End(RoundState.Outcome outcome) implements RoundEffect {}
}

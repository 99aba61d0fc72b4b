package io.myelin.cli.devnet;

/** What becomes of one party that fails on purpose, told as it happens. */
interface PartyStory {

  /** Puts on load until it is known what the others did about it; says whether they were right. */
  boolean untilKnown();

  /** What only time decides: the chain's clock is put forward. Says whether it was made good. */
  default boolean untilPaid() {
    return true;
  }
}

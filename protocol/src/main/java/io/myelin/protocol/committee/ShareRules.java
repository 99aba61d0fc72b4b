package io.myelin.protocol.committee;

/**
 * What a validator does for the randomness of the next set, as {@code ValidatorRegistry.contribute}
 * takes it. A share is sealed under one set and shown under the next; who does not show it is
 * passed over in the set after that. Such commit-reveal beacons, and what the last to reveal can
 * still bend, are described as RANDAO in Ethereum's consensus specification.
 */
public final class ShareRules {
  private ShareRules() {}

  /** What to do now. */
  public enum Step {
    /** Nothing: its part under this set is done, or it has to wait for a later one. */
    WAIT,
    /** Nothing is to be shown: seal a share. */
    SEAL,
    /** Show the share that is due, and seal the next. */
    SHOW
  }

  /**
   * The step of one validator.
   *
   * @param version the newest set; 0 before the first
   * @param owes the set under which its sealed share is to be shown, 0 when it sealed none
   * @param forgivenUpTo up to this set nobody is held to what was not shown
   */
  public static Step next(long version, long owes, long forgivenUpTo) {
    if (version < 0 || owes < 0 || owes > version + 1 || forgivenUpTo < 0) {
      throw new IllegalArgumentException(
          "version, owes, forgivenUpTo: %d, %d, %d (expected: >= 0, owes at most version + 1)"
              .formatted(version, owes, forgivenUpTo));
    }
    if (owes > version) {
      return Step.WAIT;
    }
    if (owes != 0 && owes == version) {
      return Step.SHOW;
    }
    return owes > forgivenUpTo && version < owes + 2 ? Step.WAIT : Step.SEAL;
  }
}

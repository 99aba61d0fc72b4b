package io.myelin.protocol.committee;

/** How many validators may be benched at a time, as the contract has it. */
public final class BenchRules {
  /** One of so many may be benched, rounded up. */
  private static final int SHARE = 4;

  private BenchRules() {}

  /**
   * Whether one more can be benched: a committee's size of able ones must be left, and at most a
   * quarter of the set be benched.
   *
   * @param able of the newest set who are not benched, the one in question among them
   * @param benched of the newest set
   * @param committeeSize how many sit
   */
  public static boolean hasRoom(int able, int benched, long committeeSize) {
    int set = able + benched;
    return able - 1 >= committeeSize && benched + 1 <= (set + SHARE - 1) / SHARE;
  }
}

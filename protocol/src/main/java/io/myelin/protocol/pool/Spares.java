package io.myelin.protocol.pool;

/**
 * How many nodes a session may reserve beyond those it cannot do without: a share of what is left,
 * so that sessions that came early do not shut out the next.
 */
public final class Spares {
  /** One free slot in so many may be a spare. */
  private static final int SHARE = 4;

  private Spares() {}

  /**
   * Nodes to draw.
   *
   * @param needed without which the session cannot run, &ge; 0
   * @param wanted with spares
   * @param freeSlots of all nodes that could serve it
   * @return needed to wanted
   */
  public static int nodes(int needed, int wanted, int freeSlots) {
    if (needed < 0 || freeSlots < 0) {
      throw new IllegalArgumentException(
          "needed, freeSlots: " + needed + ", " + freeSlots + " (expected: >= 0)");
    }
    int spares = Math.max(0, freeSlots - needed) / SHARE;
    return Math.min(wanted, needed + spares);
  }
}

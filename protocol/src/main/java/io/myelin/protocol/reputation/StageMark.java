package io.myelin.protocol.reputation;

/** How a node did at a stage. */
public enum StageMark {
  /** Well. */
  SUCCESS(0, 1),
  /** What it gave did not hold. */
  INVALID(1, -2),
  /** Nothing came in time. */
  TIMEOUT(2, -5),
  /** It was convicted. */
  SLASHED(3, -20),
  /** Its conviction was overturned. */
  CLEARED(4, 20);

  private final int number;
  private final int points;

  StageMark(int number, int points) {
    this.number = number;
    this.points = points;
  }

  /** What {@code NodeStats} calls it. */
  public int number() {
    return number;
  }

  /**
   * By its number.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static StageMark of(int number) {
    for (StageMark mark : values()) {
      if (mark.number == number) {
        return mark;
      }
    }
    throw new IllegalArgumentException(
        "mark: %d (expected: 0 to %d)".formatted(number, values().length - 1));
  }

  /** What it is worth, in the seeds' points. */
  public int points() {
    return points;
  }
}

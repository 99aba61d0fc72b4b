package io.myelin.protocol.settlement;

/** How a session ended, or will once its challenge window is over; numbered as the contracts do. */
public enum Outcome {
  /** Its gateway settled it, or a committee did for its gateway. */
  CLOSED(0),
  /** Its gateway did not settle it in time: all goes back. */
  EXPIRED(1),
  /** Its gateway gave it up: all goes back. */
  FAILED(2);

  private final int number;

  Outcome(int number) {
    this.number = number;
  }

  /**
   * By the contracts' number.
   *
   * @throws IllegalArgumentException for a number they do not have
   */
  public static Outcome of(long number) {
    for (Outcome outcome : values()) {
      if (outcome.number == number) {
        return outcome;
      }
    }
    throw new IllegalArgumentException(
        "outcome: " + number + " (expected: 0 to " + (values().length - 1) + ")");
  }

  /** The contracts' number. */
  public int number() {
    return number;
  }
}

package io.myelin.cli.chaos;

import java.util.Random;

/** How a client ends a session. */
enum Ending {
  /** It tells the gateway. */
  BY_GATEWAY,
  /** It closes on chain. */
  ON_CHAIN,
  /** It lets it run out soon; the gateway settles. */
  RUN_OUT,
  /** It leaves it alone for long, then takes its money back itself. */
  LEFT;

  private static final int OF = 20;

  static Ending draw(Random random) {
    int number = random.nextInt(OF);
    if (number < 9) {
      return BY_GATEWAY;
    }
    if (number < 14) {
      return ON_CHAIN;
    }
    return number < 18 ? RUN_OUT : LEFT;
  }
}

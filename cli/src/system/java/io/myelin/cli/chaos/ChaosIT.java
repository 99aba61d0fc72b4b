package io.myelin.cli.chaos;

import io.myelin.cli.testing.Await;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Gateway, chain and validators are killed at random moments around opening, settling and refunds,
 * {@code -Dmyelin.kills=N} times; then every token must be where it belongs. {@code
 * -Dmyelin.seed=N} repeats a run as far as one of processes can be repeated.
 */
class ChaosIT {
  private static final int KILLS = Integer.getInteger("myelin.kills", 4);

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  static Path folder;

  @Test
  void shouldLoseNothingAndPayNothingTwice() throws Exception {
    long seed = Long.getLong("myelin.seed", System.nanoTime());
    System.out.println("chaos: " + KILLS + " kills, -Dmyelin.seed=" + seed);
    try (ChaosRun run = ChaosRun.start(KILLS, seed, folder)) {
      System.out.println(run.run());
      System.out.println("chaos: openings refused for " + run.refusals());
    }
    Await.untilNoProcessIsLeft();
  }
}

package io.myelin.chain.local;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How a local chain runs.
 *
 * @param root folder that holds {@code node_modules}
 * @param port on the loopback interface; 0 for any that is free
 * @param stateFolder where the chain is kept between runs; empty for one that is forgotten
 * @param blockTime a block every so often; zero for one with each transaction
 * @param startPatience longest wait until it answers
 */
public record LocalChainSettings(
    Path root, int port, Optional<Path> stateFolder, Duration blockTime, Duration startPatience) {
  /** EIP-155 number of every local chain. */
  public static final long CHAIN_ID = 31_337;

  /** Checks the ranges. */
  public LocalChainSettings {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("port: " + port + " (expected: 0 to 65535)");
    }
    if (blockTime.isNegative() || !startPatience.isPositive()) {
      throw new IllegalArgumentException(
          "block time %s, patience %s (expected: >= 0, > 0)".formatted(blockTime, startPatience));
    }
  }

  /** A block with each transaction, any free port, nothing kept. */
  public static LocalChainSettings forgetful(Path root) {
    return new LocalChainSettings(root, 0, Optional.empty(), Duration.ZERO, Duration.ofSeconds(20));
  }

  /** The same, kept in a folder and at a fixed port. */
  public LocalChainSettings keptIn(Path folder, int fixedPort) {
    return new LocalChainSettings(root, fixedPort, Optional.of(folder), blockTime, startPatience);
  }

  /** The same with a block every so often. */
  public LocalChainSettings every(Duration time) {
    return new LocalChainSettings(root, port, stateFolder, time, startPatience);
  }
}

package io.myelin.protocol.work;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;

/**
 * What a level costs the client. Each node of a task is paid for it alike, so a level costs as many
 * times a node's price as it has nodes; checks are the validators' own, out of their part of what
 * is spent.
 *
 * @param nodes that do each task
 * @param inputWei of a prompt token, all nodes together
 * @param outputWei of an output token, all nodes together
 */
public record LevelPrice(
    VerificationLevel level, int nodes, BigInteger inputWei, BigInteger outputWei) {

  /** Checks ranges. */
  public LevelPrice {
    if (nodes < level.leastNodes()) {
      throw new IllegalArgumentException(
          "nodes: %d (expected: at least %d at level %s)"
              .formatted(nodes, level.leastNodes(), level.label()));
    }
  }

  /**
   * Of a level.
   *
   * @param inputWei of a prompt token, one node
   * @param outputWei of an output token, one node
   * @param nodes that are asked for; 0 for as many as are usual at the level
   */
  public static LevelPrice of(
      VerificationLevel level, BigInteger inputWei, BigInteger outputWei, int nodes) {
    int number = nodes == 0 ? level.usualNodes() : Math.max(nodes, level.leastNodes());
    BigInteger times = BigInteger.valueOf(number);
    return new LevelPrice(level, number, inputWei.multiply(times), outputWei.multiply(times));
  }

  /** Of each level, as {@link #of}. */
  public static List<LevelPrice> table(BigInteger inputWei, BigInteger outputWei, int nodes) {
    return Arrays.stream(VerificationLevel.values())
        .map(level -> of(level, inputWei, outputWei, nodes))
        .toList();
  }

  /** What a task of so many tokens comes to, all nodes together. */
  public BigInteger totalWei(long promptTokens, long outputTokens) {
    return inputWei
        .multiply(BigInteger.valueOf(promptTokens))
        .add(outputWei.multiply(BigInteger.valueOf(outputTokens)));
  }
}

package io.myelin.chain.transaction;

import java.math.BigInteger;
import java.time.Duration;
import java.util.Optional;

/**
 * How a sender behaves.
 *
 * @param confirmations blocks, its own included, after which an outcome is final
 * @param maxInFlight transactions that wait for a block at the same time
 * @param gasMarginPercent added to an estimate of gas; unused gas is not paid
 * @param baseFeePercent of the next base fee that is offered: 200 outlasts about six full blocks
 * @param maxFeeWei never offers more for one gas; empty for no ceiling
 * @param stuckAfter a transaction that is in no block for so long is replaced at a higher price
 * @param rebroadcastAfter it is sent again as it is
 * @param displacedAfter a nonce that is used, by none of ours, is given up
 * @param poll how often the chain is asked
 */
public record SenderPolicy(
    int confirmations,
    int maxInFlight,
    int gasMarginPercent,
    int baseFeePercent,
    Optional<BigInteger> maxFeeWei,
    Duration stuckAfter,
    Duration rebroadcastAfter,
    Duration displacedAfter,
    Duration poll) {
  /** Checks the ranges. */
  public SenderPolicy {
    if (confirmations < 1 || maxInFlight < 1 || gasMarginPercent < 0 || baseFeePercent < 100) {
      throw new IllegalArgumentException(
          "sender policy: %d confirmations, %d in flight, gas margin %d %%, base fee %d %% (expected: >= 1, >= 1, >= 0, >= 100)"
              .formatted(confirmations, maxInFlight, gasMarginPercent, baseFeePercent));
    }
    for (Duration time : new Duration[] {stuckAfter, rebroadcastAfter, displacedAfter, poll}) {
      if (!time.isPositive()) {
        throw new IllegalArgumentException("sender policy: " + time + " (expected: > 0)");
      }
    }
  }

  /** For a public chain: 3 blocks, 16 in flight, replaced after 45 s. */
  public static SenderPolicy standard() {
    return new SenderPolicy(
        3,
        16,
        20,
        200,
        Optional.empty(),
        Duration.ofSeconds(45),
        Duration.ofSeconds(15),
        Duration.ofMinutes(10),
        Duration.ofSeconds(1));
  }

  /** For a chain of this machine that makes a block at once. */
  public static SenderPolicy local() {
    return new SenderPolicy(
        1,
        64,
        20,
        200,
        Optional.empty(),
        Duration.ofSeconds(10),
        Duration.ofSeconds(2),
        Duration.ofMinutes(1),
        Duration.ofMillis(20));
  }

  /** The same with another depth. */
  public SenderPolicy confirmedBy(int blocks) {
    return new SenderPolicy(
        blocks,
        maxInFlight,
        gasMarginPercent,
        baseFeePercent,
        maxFeeWei,
        stuckAfter,
        rebroadcastAfter,
        displacedAfter,
        poll);
  }

  /** The same, replacing and sending again after other times. */
  public SenderPolicy patient(Duration stuck, Duration rebroadcast) {
    return new SenderPolicy(
        confirmations,
        maxInFlight,
        gasMarginPercent,
        baseFeePercent,
        maxFeeWei,
        stuck,
        rebroadcast,
        displacedAfter,
        poll);
  }

  /** The same with a ceiling. */
  public SenderPolicy atMost(BigInteger weiForOneGas) {
    return new SenderPolicy(
        confirmations,
        maxInFlight,
        gasMarginPercent,
        baseFeePercent,
        Optional.of(weiForOneGas),
        stuckAfter,
        rebroadcastAfter,
        displacedAfter,
        poll);
  }
}

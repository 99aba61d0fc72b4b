package io.myelin.protocol.task;

/**
 * How long each stage may take, in milliseconds.
 *
 * @param ackMillis from the offer to the node's answer
 * @param firstChunkMillis from the ack to the first chunk: a long prompt is prefilled here
 * @param stallMillis between chunks, from the first one on
 * @param precommitMillis from the primary's last chunk until everyone has precommitted
 * @param commitMillis from the request to reveal until everyone has revealed
 * @param replacementMillis to find another node
 * @param validateMillis to reach a verdict
 * @param receiptRetryMillis until storing the receipt is tried again
 */
public record TaskTimings(
    long ackMillis,
    long firstChunkMillis,
    long stallMillis,
    long precommitMillis,
    long commitMillis,
    long replacementMillis,
    long validateMillis,
    long receiptRetryMillis) {

  /** Checks ranges. */
  public TaskTimings {
    long least = Math.min(ackMillis, Math.min(firstChunkMillis, stallMillis));
    least = Math.min(least, Math.min(precommitMillis, commitMillis));
    least = Math.min(least, Math.min(replacementMillis, validateMillis));
    least = Math.min(least, receiptRetryMillis);
    if (least <= 0) {
      throw new IllegalArgumentException("a stage of " + least + " ms (expected: > 0)");
    }
  }

  /** What a gateway uses unless configured otherwise. */
  public static TaskTimings defaults() {
    return new TaskTimings(2_000, 60_000, 10_000, 10_000, 5_000, 10_000, 10_000, 5_000);
  }
}

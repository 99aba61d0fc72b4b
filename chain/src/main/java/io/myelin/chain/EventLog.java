package io.myelin.chain;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import java.util.List;

/**
 * An event a contract emitted, as the chain keeps it.
 *
 * @param contract who emitted it
 * @param topics hash of the event's signature, then its indexed arguments
 * @param data its other arguments, ABI-encoded
 * @param block where it stands
 * @param transaction hash of the transaction that made it
 * @param index position among all logs of its block
 */
public record EventLog(
    Address contract,
    List<Digest> topics,
    Bytes data,
    BlockRef block,
    Digest transaction,
    int index) {
  /** Copies. */
  public EventLog {
    topics = List.copyOf(topics);
    if (index < 0) {
      throw new IllegalArgumentException("log index: " + index + " (expected: >= 0)");
    }
  }
}

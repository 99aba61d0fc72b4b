package io.myelin.chain.event;

import io.myelin.chain.BlockRef;
import io.myelin.chain.EventLog;
import java.util.List;

/**
 * A block whose events were delivered, and which may still be reorganised away.
 *
 * @param logs what was delivered of it, to be taken back if need be
 */
public record DeliveredBlock(BlockRef block, List<EventLog> logs) {
  /** Copies. */
  public DeliveredBlock {
    logs = List.copyOf(logs);
  }
}

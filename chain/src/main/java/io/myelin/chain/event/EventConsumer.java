package io.myelin.chain.event;

import io.myelin.chain.EventLog;
import java.util.List;

/**
 * What events do to a journal. Both methods run inside the transaction that also moves the cursor:
 * what they write is there together with the new position, or not at all.
 *
 * @param <T> the journal's transaction
 */
public interface EventConsumer<T> {
  /**
   * Does what the events say, in their order.
   *
   * @throws Exception to be tried again later with the same events
   */
  void apply(T transaction, List<EventLog> logs) throws Exception;

  /**
   * Undoes events that are no longer in the chain, newest first. Never called when the cursor's
   * confirmations outlast every reorganisation.
   *
   * @throws Exception to be tried again later with the same events
   */
  void revert(T transaction, List<EventLog> logs) throws Exception;
}

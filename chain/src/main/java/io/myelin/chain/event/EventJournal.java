package io.myelin.chain.event;

import java.util.Optional;

/**
 * Where positions survive, next to what the events did.
 *
 * @param <T> a transaction of the journal
 */
public interface EventJournal<T> {
  /** Where a cursor is; empty when it never was anywhere. */
  Optional<CursorPosition> position(String cursor);

  /**
   * Runs the work and moves the cursor in one durable transaction: both or neither.
   *
   * @throws Exception when the work or the transaction failed; then nothing changed
   */
  void commit(String cursor, CursorPosition next, Work<T> work) throws Exception;

  /**
   * What is done inside a transaction.
   *
   * @param <T> a transaction of the journal
   */
  interface Work<T> {
    /**
     * Does it.
     *
     * @throws Exception to undo everything
     */
    void run(T transaction) throws Exception;
  }
}

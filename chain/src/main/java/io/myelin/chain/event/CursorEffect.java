package io.myelin.chain.event;

import io.myelin.chain.BlockRef;
import io.myelin.chain.EventLog;
import java.util.List;

/** The one thing a cursor wants next. */
sealed interface CursorEffect {
  /** The head's height. */
  record AskHead() implements CursorEffect {}

  /** The block at a height. */
  record AskBlock(long number) implements CursorEffect {}

  /** Logs of exactly this block. */
  record AskLogs(BlockRef block) implements CursorEffect {}

  /** Logs of a range. */
  record AskRange(long first, long last) implements CursorEffect {}

  /** Have these events' effects and the position on disk. */
  record Deliver(CursorPosition next, List<EventLog> logs) implements CursorEffect {
    /** Copies. */
    public Deliver {
      logs = List.copyOf(logs);
    }
  }

  /** Have these events undone, newest first, and the position on disk. */
  record TakeBack(CursorPosition next, List<EventLog> logs) implements CursorEffect {
    /** Copies. */
    public TakeBack {
      logs = List.copyOf(logs);
    }
  }

  /** Nothing until the next poll. */
  record Rest() implements CursorEffect {}

  /** The chain changed deeper than can be taken back: people must decide. */
  record Stop(String message) implements CursorEffect {}
}

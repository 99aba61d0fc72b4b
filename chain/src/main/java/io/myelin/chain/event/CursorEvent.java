package io.myelin.chain.event;

import io.myelin.chain.BlockHeader;
import io.myelin.chain.EventLog;
import java.util.List;
import java.util.Optional;

/** What a cursor learns. */
sealed interface CursorEvent {
  /** Time to look. */
  record Poll() implements CursorEvent {}

  /** The head's height. */
  record Head(long number) implements CursorEvent {}

  /** The block at the height asked for; empty when there is none. */
  record Block(Optional<BlockHeader> header) implements CursorEvent {}

  /** The logs asked for. */
  record Logs(List<EventLog> logs) implements CursorEvent {
    /** Copies. */
    public Logs {
      logs = List.copyOf(logs);
    }
  }

  /** The range asked for is too large. */
  record RangeRefused() implements CursorEvent {}

  /** The last question was not answered, or its block is gone. */
  record Failed() implements CursorEvent {}

  /** The position and the effects of its events are on disk. */
  record Committed() implements CursorEvent {}
}

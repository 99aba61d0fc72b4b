package io.myelin.protocol.peer.book;

import java.util.List;

/** A book after an event, and what it wants done. */
public record BookStep(BookState state, List<BookEffect> effects) {
  /** Copies. */
  public BookStep {
    effects = List.copyOf(effects);
  }
}

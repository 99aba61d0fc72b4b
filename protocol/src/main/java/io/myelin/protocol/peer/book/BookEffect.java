package io.myelin.protocol.peer.book;

import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.peer.PeerRecord;
import io.myelin.protocol.peer.book.PeerEntry.Believed;
import java.util.Optional;

/** What a book wants done. */
public sealed interface BookEffect {

  /** Ask the chain about it and check its addresses; answer with {@link BookEvent.Checked}. */
  record Check(PeerRecord record) implements BookEffect {}

  /**
   * Ask the node itself for its record; answer with {@link BookEvent.Answered} or {@link
   * BookEvent.Missed}.
   */
  record Probe(PeerRecord record) implements BookEffect {}

  /** Tell who listens: a peer came (before is empty), changed, or went (now is empty). */
  record Published(Digest node, Optional<Believed> before, Optional<Believed> now)
      implements BookEffect {}
}

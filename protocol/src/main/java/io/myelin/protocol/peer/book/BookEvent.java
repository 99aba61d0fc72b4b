package io.myelin.protocol.peer.book;

import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.peer.PeerEndpoint;
import io.myelin.protocol.peer.PeerRecord;
import java.util.Optional;

/** What a book hears. */
public sealed interface BookEvent {

  /**
   * A record came from somewhere; its signature was checked, nothing else.
   *
   * @param source whom it came from: unproven records are bounded by it
   * @param direct whether its own node brought it, just now
   */
  record Heard(PeerRecord record, String source, boolean direct) implements BookEvent {}

  /**
   * Chain and addresses were asked about a record.
   *
   * @param sequence of the record that was asked about
   */
  record Checked(Digest node, long sequence, Verdict verdict, Optional<PeerEndpoint> endpoint)
      implements BookEvent {}

  /** A node answered this one directly, with its current record. */
  record Answered(PeerRecord current) implements BookEvent {}

  /** A node did not answer in time. */
  record Missed(Digest node) implements BookEvent {}

  /** Time went by. */
  record Tick() implements BookEvent {}

  /** What a check found. */
  enum Verdict {
    /** Staked where its role needs it, and its addresses are allowed. */
    GOOD,
    /** Not staked, or an address is refused. */
    BAD,
    /** It could not be found out. */
    UNKNOWN
  }
}

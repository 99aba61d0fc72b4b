package io.myelin.discovery;

/** Told what happens to peers, one event after the other, off the network's threads. */
public interface PeerListener {
  /** A peer is staked and alive: new, or back. */
  void came(Peer peer);

  /** A peer signed a new record, which was checked. */
  void changed(Peer before, Peer now);

  /** A peer does not answer any more, or lost its stake. */
  void went(Peer peer);
}

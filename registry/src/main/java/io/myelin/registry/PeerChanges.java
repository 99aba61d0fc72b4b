package io.myelin.registry;

import io.myelin.discovery.Peer;
import io.myelin.discovery.PeerListener;
import io.myelin.v1.PeerChange;
import java.util.function.BiConsumer;

/** A listener that is one function; {@code WENT} comes with the peer as it was. */
record PeerChanges(BiConsumer<PeerChange.Kind, Peer> told) implements PeerListener {
  @Override
  public void came(Peer peer) {
    told.accept(PeerChange.Kind.KIND_CAME, peer);
  }

  @Override
  public void changed(Peer before, Peer now) {
    told.accept(PeerChange.Kind.KIND_CHANGED, now);
  }

  @Override
  public void went(Peer peer) {
    told.accept(PeerChange.Kind.KIND_WENT, peer);
  }
}

package io.myelin.discovery.link;

import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.peer.PeerRecord;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * One node of a Kademlia network over UDP. Every request ends within {@link
 * LinkSettings#requestMillis}, with the answer or exceptionally; futures complete on the link's own
 * threads. Only records that this network's rules allow come out of it.
 */
public interface Link extends AutoCloseable {

  /** The UDP port that it is bound to. */
  int udpPort();

  /** What others are told of this node from now on. */
  void advertise(PeerRecord self);

  /** The node's current record, from itself: a sign of life and news at once. */
  CompletableFuture<PeerRecord> probe(PeerRecord node);

  /** Records of nodes that it knows to be alive at these log-distances from itself; at most 16. */
  CompletableFuture<List<PeerRecord>> findNodes(PeerRecord node, List<Integer> distances);

  /** Its answer to a message of Myelin's; empty when it does not speak it. */
  CompletableFuture<byte[]> talk(PeerRecord node, byte[] message);

  /** Nodes of the own routing table that are closest to an id, closest first. */
  List<PeerRecord> closest(Digest target, int max);

  /** Takes a node out of the routing table until it shows itself again. */
  void forget(Digest node);

  /** Ends every thread and request. */
  @Override
  void close();

  /** Answers messages of Myelin's. Called on the link's threads: it must not block. */
  interface Talker {
    /** The answer to a message; no bytes for none. */
    CompletableFuture<byte[]> answer(PeerRecord from, byte[] message);
  }
}

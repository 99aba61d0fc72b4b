package io.myelin.discovery;

import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.peer.PeerRole;
import io.myelin.protocol.peer.PeerStanding;
import io.myelin.protocol.peer.RecordFormatException;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;

/**
 * The network of peers. What it answers is staked (where the role needs it), alive within the last
 * half minute, and at an address that may be connected to; everything else stays inside. All
 * methods may be called from any thread.
 */
public interface PeerNetwork extends AutoCloseable {

  /**
   * Joins. Works alone too: who comes later finds it.
   *
   * @param key signs the record; its address is the staked operator
   * @param self what this node says of itself
   * @param standing asked on virtual threads who is staked; its answers are kept for a while
   * @param clock of seconds in records, and of what is due
   * @param random for lookups that refresh the routing table
   * @throws IOException when the port cannot be bound or the folder not be used
   * @throws IllegalArgumentException when a bootstrap record is none, or the own record is too
   *     large
   */
  static PeerNetwork start(
      PeerSettings settings,
      OperatorKey key,
      PeerProfile self,
      PeerStanding standing,
      InstantSource clock,
      RandomGenerator random)
      throws IOException {
    return PeerNode.start(settings, key, self, standing, clock, random, address -> true);
  }

  /** {@code enr:…} of this node: what others take as bootstrap record. */
  String record();

  /** The UDP port that it is bound to. */
  int udpPort();

  /**
   * Peers of a role, of a subnet if one is given, known now; by address of their operators. Never
   * blocks. Without this node itself.
   */
  List<Peer> peers(PeerRole role, Optional<Digest> subnetId);

  /**
   * The same after a lookup in the network, when all it found were checked or the time for it
   * ({@link PeerTimings#findMillis}) is over; it never fails, except by {@link #close}.
   */
  CompletableFuture<List<Peer>> find(PeerRole role, Optional<Digest> subnetId);

  /** Tells a listener of every peer known now and what happens to them, until it is closed. */
  Subscription listen(PeerListener listener);

  /**
   * Signs and announces a new record.
   *
   * @throws IllegalArgumentException when it would be too large
   */
  void update(PeerProfile self);

  /**
   * Takes in a record that came another way; it counts no more than any other.
   *
   * @throws RecordFormatException when it is no record, or of another network
   */
  void offer(String record) throws RecordFormatException;

  /** Figures since the start. */
  PeerFigures figures();

  /** Leaves; ends every thread. */
  @Override
  void close();

  /** Ends what {@link #listen} began. */
  interface Subscription extends AutoCloseable {
    @Override
    void close();
  }
}

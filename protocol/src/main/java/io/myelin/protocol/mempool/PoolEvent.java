package io.myelin.protocol.mempool;

import io.myelin.protocol.ids.Address;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;

/** What happens to a pool. Signatures and the chain were asked before. */
public sealed interface PoolEvent {

  /**
   * A client, or a gateway for it, brings a request.
   *
   * @param entry the request
   * @param fundsWei what the client holds and lets the escrow take
   */
  record Offered(PoolEntry entry, BigInteger fundsWei) implements PoolEvent {}

  /**
   * Another pool shows what it has. Taken together, whatever the order, so that two pools which
   * show each other everything have the same afterwards.
   *
   * @param entries the other's
   * @param fundsWei of their senders; one that is missing counts as having nothing
   */
  record Merged(List<PoolEntry> entries, Map<Address, BigInteger> fundsWei) implements PoolEvent {
    /** Copies. */
    public Merged {
      entries = List.copyOf(entries);
      fundsWei = Map.copyOf(fundsWei);
    }
  }

  /**
   * A client takes back what it has in a place.
   *
   * @param untilMillis up to then nothing comes back to it
   * @param fundsWei what the client holds and lets the escrow take; who has nothing is not
   *     remembered
   */
  record Cancelled(PoolEntry.Place place, long untilMillis, BigInteger fundsWei)
      implements PoolEvent {}

  /**
   * The chain has this request's session, whether or not the pool had the request. Of a sender that
   * has too many places already it may be forgotten: who brings requests asks the chain.
   */
  record Opened(PoolEntry entry) implements PoolEvent {}

  /** What a client holds now. */
  record FundsSeen(Address sender, BigInteger fundsWei) implements PoolEvent {}

  /** Time has passed; due every second or so. */
  record TimePassed() implements PoolEvent {}
}

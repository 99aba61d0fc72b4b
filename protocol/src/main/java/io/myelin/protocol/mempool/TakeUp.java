package io.myelin.protocol.mempool;

import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.SessionId;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * Who opens a waiting request's session: the gateway that took the request in, then the others in
 * an order that follows from the session's id, each after another step. Gateways that see different
 * peers or clocks may act at the same time; the chain lets one of them.
 *
 * @param id the session's
 * @param entry the gateway that took it in
 * @param gateways those of the subnet that are alive, as far as one knows
 * @param stepMillis how long each is waited for, at least 1
 */
public record TakeUp(SessionId id, Address entry, Collection<Address> gateways, long stepMillis) {
  private static final byte[] DOMAIN = "myelin/take-up/1".getBytes(StandardCharsets.UTF_8);

  /** Copies, and checks the step. */
  public TakeUp {
    gateways = List.copyOf(gateways);
    if (stepMillis < 1) {
      throw new IllegalArgumentException("stepMillis: " + stepMillis + " (expected: >= 1)");
    }
  }

  /** Everybody, in order. The entry gateway has its turn whether or not it is alive. */
  public List<Address> order() {
    Comparator<Address> byHash =
        Comparator.comparing(one -> Keccak256.hash(DOMAIN, id.bytes(), one.bytes()));
    return Stream.concat(
            Stream.of(entry),
            gateways.stream().filter(one -> !one.equals(entry)).distinct().sorted(byHash))
        .toList();
  }

  /** A gateway's place in the order, from 0; empty when it has none. */
  public OptionalInt rank(Address gateway) {
    int rank = order().indexOf(gateway);
    return rank < 0 ? OptionalInt.empty() : OptionalInt.of(rank);
  }

  /**
   * When a gateway may act; empty when it is not in the order.
   *
   * @param seenMillis when it first saw the request, by its own clock
   */
  public OptionalLong turnMillis(Address gateway, long seenMillis) {
    OptionalInt rank = rank(gateway);
    return rank.isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(Math.addExact(seenMillis, rank.getAsInt() * stepMillis));
  }
}

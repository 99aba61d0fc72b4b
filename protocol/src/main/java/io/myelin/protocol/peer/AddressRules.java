package io.myelin.protocol.peer;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which addresses of strangers may be connected to. A record is written by whoever holds its key;
 * without these rules it would make this node call its own machine, its neighbours or its cloud's
 * metadata service (server-side request forgery). Everything that is not known to be public is
 * refused.
 */
public final class AddressRules {
  /** Why an address is refused. */
  public enum Refusal {
    /** This machine. */
    LOOPBACK,
    /** Nothing or everything: 0.0.0.0, ::. */
    UNSPECIFIED,
    /** Only on one wire; cloud metadata services live there. */
    LINK_LOCAL,
    /** A private network, or a carrier's. */
    PRIVATE,
    /** A group, or all. */
    MULTICAST,
    /** An IPv6 form that holds an IPv4 address: a way around the other rules. */
    EMBEDDED,
    /** Set aside for documents, tests or later. */
    RESERVED,
    /** A port that no peer serves on. */
    PORT
  }

  private record Block(IpAddress base, int bits, Refusal refusal) {
    static Block of(String text, int bits, Refusal refusal) {
      return new Block(IpAddress.parse(text).orElseThrow(), bits, refusal);
    }

    boolean holds(IpAddress address) {
      if (address.isV4() != base.isV4()) {
        return false;
      }
      for (int bit = 0; bit < bits; bit++) {
        int mask = 0x80 >> (bit % 8);
        if ((address.octet(bit / 8) & mask) != (base.octet(bit / 8) & mask)) {
          return false;
        }
      }
      return true;
    }
  }

  /** The first that holds an address decides. */
  private static final List<Block> BLOCKS =
      List.of(
          Block.of("0.0.0.0", 8, Refusal.UNSPECIFIED),
          Block.of("10.0.0.0", 8, Refusal.PRIVATE),
          Block.of("100.64.0.0", 10, Refusal.PRIVATE),
          Block.of("127.0.0.0", 8, Refusal.LOOPBACK),
          Block.of("169.254.0.0", 16, Refusal.LINK_LOCAL),
          Block.of("172.16.0.0", 12, Refusal.PRIVATE),
          Block.of("192.0.0.0", 24, Refusal.RESERVED),
          Block.of("192.0.2.0", 24, Refusal.RESERVED),
          Block.of("192.88.99.0", 24, Refusal.RESERVED),
          Block.of("192.168.0.0", 16, Refusal.PRIVATE),
          Block.of("198.18.0.0", 15, Refusal.RESERVED),
          Block.of("198.51.100.0", 24, Refusal.RESERVED),
          Block.of("203.0.113.0", 24, Refusal.RESERVED),
          Block.of("224.0.0.0", 4, Refusal.MULTICAST),
          Block.of("240.0.0.0", 4, Refusal.RESERVED),
          Block.of("::", 128, Refusal.UNSPECIFIED),
          Block.of("::1", 128, Refusal.LOOPBACK),
          Block.of("::", 80, Refusal.EMBEDDED),
          Block.of("64:ff9b::", 32, Refusal.EMBEDDED),
          Block.of("2001::", 32, Refusal.EMBEDDED),
          Block.of("2002::", 16, Refusal.EMBEDDED),
          Block.of("2001::", 23, Refusal.RESERVED),
          Block.of("2001:db8::", 32, Refusal.RESERVED),
          Block.of("3fff::", 20, Refusal.RESERVED),
          Block.of("fc00::", 7, Refusal.PRIVATE),
          Block.of("fe80::", 10, Refusal.LINK_LOCAL),
          Block.of("fec0::", 10, Refusal.PRIVATE),
          Block.of("ff00::", 8, Refusal.MULTICAST));

  private static final Block GLOBAL_V6 = Block.of("2000::", 3, Refusal.RESERVED);

  /** Cloud metadata services that live in private blocks: refused even where those are allowed. */
  private static final Set<IpAddress> METADATA =
      Set.of(
          IpAddress.parse("100.100.100.200").orElseThrow(),
          IpAddress.parse("192.0.0.192").orElseThrow(),
          IpAddress.parse("fd00:ec2::254").orElseThrow(),
          IpAddress.parse("fd20:ce::254").orElseThrow());

  private static final int FIRST_UNPRIVILEGED_PORT = 1024;

  /** Above 1023, but of services that take commands from whatever is sent to them. */
  private static final Set<Integer> DANGEROUS_PORTS =
      Set.of(
          1433, 1521, 2049, 2375, 2376, 2379, 2380, 3306, 5432, 6000, 6379, 9042, 10250, 11211,
          27017);

  private AddressRules() {}

  /** Why the address may not be connected to; empty when it may. */
  public static Optional<Refusal> refusal(IpAddress address, AddressPolicy policy) {
    if (METADATA.contains(address)) {
      return Optional.of(Refusal.LINK_LOCAL);
    }
    for (Block block : BLOCKS) {
      if (block.holds(address)) {
        boolean allowed =
            switch (block.refusal) {
              case LOOPBACK -> policy.loopback();
              case PRIVATE -> policy.privateNetworks();
              default -> false;
            };
        return allowed ? Optional.empty() : Optional.of(block.refusal);
      }
    }
    return address.isV4() || GLOBAL_V6.holds(address)
        ? Optional.empty()
        : Optional.of(Refusal.RESERVED);
  }

  /**
   * The same for a service: its port must be one that peers serve on: 80, 443, or above 1023 and
   * none of a database's or the like.
   */
  public static Optional<Refusal> refusal(IpAddress address, int port, AddressPolicy policy) {
    boolean usual = port == 80 || port == 443 || port >= FIRST_UNPRIVILEGED_PORT;
    return !usual || port > 65_535 || DANGEROUS_PORTS.contains(port)
        ? Optional.of(Refusal.PORT)
        : refusal(address, policy);
  }
}

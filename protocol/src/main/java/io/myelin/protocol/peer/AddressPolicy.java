package io.myelin.protocol.peer;

/**
 * Which addresses besides public ones may be talked to.
 *
 * @param loopback whether this machine itself (a network on one machine)
 * @param privateNetworks whether private, unique-local and carrier-NAT addresses (a network inside
 *     one site)
 */
public record AddressPolicy(boolean loopback, boolean privateNetworks) {
  /** Only public addresses: what a node on the internet uses. */
  public static final AddressPolicy PUBLIC = new AddressPolicy(false, false);

  /** This machine too: a development network. */
  public static final AddressPolicy DEVNET = new AddressPolicy(true, false);

  /** Private networks too: a network inside one site. */
  public static final AddressPolicy SITE = new AddressPolicy(false, true);
}

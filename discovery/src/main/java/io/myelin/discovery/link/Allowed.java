package io.myelin.discovery.link;

import io.myelin.protocol.peer.AddressRules;
import io.myelin.protocol.peer.IpAddress;
import java.net.InetSocketAddress;
import org.ethereum.beacon.discovery.AddressAccessPolicy;
import org.ethereum.beacon.discovery.schema.NodeRecord;

/** Whom the library may talk to: allowed addresses, and records of this network only. */
final class Allowed implements AddressAccessPolicy {
  private final LinkSettings settings;
  private final KnownRecords records;

  Allowed(LinkSettings settings, KnownRecords records) {
    this.settings = settings;
    this.records = records;
  }

  @Override
  public boolean allow(InetSocketAddress address) {
    return address.getPort() > 0
        && address.getAddress() != null
        && AddressRules.refusal(
                IpAddress.of(address.getAddress().getAddress()), settings.addresses())
            .isEmpty()
        && settings.reachable().test(address);
  }

  @Override
  public boolean allow(NodeRecord record) {
    // The library's own default looks at the TCP address only, which our records do not have.
    return records
        .ours(record)
        .filter(ours -> ours.claim().network().equals(settings.network()))
        .filter(ours -> AddressRules.refusal(ours.claim().ip(), settings.addresses()).isEmpty())
        .isPresent();
  }
}

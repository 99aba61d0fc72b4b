package io.myelin.discovery;

import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.peer.PeerClaim;
import io.myelin.protocol.peer.PeerRole;
import io.myelin.protocol.peer.ServiceAddress;
import io.myelin.protocol.peer.SubnetTag;
import java.util.List;
import java.util.Optional;

/**
 * What this node says of itself.
 *
 * @param subnetIds that it serves, at most {@link PeerClaim#MAX_SUBNETS}
 * @param service where it serves; empty for one that only dials out
 * @param softwareVersion cut to {@link PeerClaim#MAX_VERSION_LENGTH} characters
 */
public record PeerProfile(
    PeerRole role,
    List<Digest> subnetIds,
    Optional<ServiceAddress> service,
    String softwareVersion) {
  /** Copies; cuts the version. */
  public PeerProfile {
    subnetIds = List.copyOf(subnetIds);
    if (subnetIds.size() > PeerClaim.MAX_SUBNETS) {
      throw new IllegalArgumentException(
          "subnets: "
              + subnetIds.size()
              + " (expected: at most "
              + PeerClaim.MAX_SUBNETS
              + "; start another node for more)");
    }
    softwareVersion =
        softwareVersion.substring(
            0, Math.min(softwareVersion.length(), PeerClaim.MAX_VERSION_LENGTH));
  }

  List<SubnetTag> tags() {
    return subnetIds.stream().map(SubnetTag::of).toList();
  }
}

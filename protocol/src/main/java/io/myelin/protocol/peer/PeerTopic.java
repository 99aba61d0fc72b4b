package io.myelin.protocol.peer;

import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.ids.Digest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What peers are looked for by: a role, in one subnet or in all.
 *
 * @param subnet empty for the role's peers of every subnet
 */
public record PeerTopic(NetworkTag network, PeerRole role, Optional<SubnetTag> subnet) {
  private static final byte[] PURPOSE = "myelin/topic/1".getBytes(StandardCharsets.US_ASCII);

  /**
   * Its place among node ids: {@code keccak256("myelin/topic/1" || network || role || subnet)}, the
   * subnet 8 bytes or none. The nodes whose ids are closest to it keep its records.
   */
  public Digest key() {
    ByteBuffer where =
        ByteBuffer.allocate(NetworkTag.LENGTH + 1 + (subnet.isPresent() ? SubnetTag.LENGTH : 0));
    where.putLong(network.value()).put((byte) role.code());
    subnet.ifPresent(tag -> where.putLong(tag.value()));
    return Keccak256.hash(PURPOSE, where.array());
  }

  /** Whether a record belongs under it. */
  public boolean holds(PeerClaim claim) {
    return claim.network().equals(network)
        && claim.role() == role
        && subnet.map(claim.subnets()::contains).orElse(true);
  }

  @Override
  public String toString() {
    return role + subnet.map(tag -> " of " + tag).orElse("");
  }
}

package io.myelin.registry;

import com.google.protobuf.ByteString;
import io.myelin.discovery.Peer;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.peer.PeerRole;
import io.myelin.protocol.peer.SubnetTag;
import io.myelin.v1.DiscoverRequest;
import io.myelin.v1.PeerInfo;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Peers as messages, and questions for them. */
final class PeerMessages {
  private PeerMessages() {}

  /** What is asked for; throws {@link IllegalArgumentException} when that is nothing. */
  record Question(PeerRole role, Optional<Digest> subnetId, boolean knownOnly) {
    static Question of(DiscoverRequest request) {
      PeerRole role =
          switch (request.getRole()) {
            case PEER_ROLE_GATEWAY -> PeerRole.GATEWAY;
            case PEER_ROLE_VALIDATOR -> PeerRole.VALIDATOR;
            case PEER_ROLE_COMPUTE -> PeerRole.COMPUTE;
            case PEER_ROLE_REGISTRY -> PeerRole.REGISTRY;
            case PEER_ROLE_UNSPECIFIED, UNRECOGNIZED ->
                throw new IllegalArgumentException(
                    "role: none that is known (expected: gateway, validator, compute, registry)");
          };
      ByteString subnet = request.getSubnetId();
      if (!subnet.isEmpty() && subnet.size() != Digest.LENGTH) {
        throw new IllegalArgumentException(
            "subnet_id: " + subnet.size() + " bytes (expected: 32, or none)");
      }
      return new Question(
          role,
          subnet.isEmpty() ? Optional.empty() : Optional.of(Digest.of(subnet.toByteArray())),
          request.getKnownOnly());
    }

    boolean asksFor(Peer peer) {
      return peer.role() == role
          && subnetId.map(id -> peer.subnets().contains(SubnetTag.of(id))).orElse(true);
    }
  }

  static PeerInfo info(Peer peer) {
    PeerInfo.Builder info =
        PeerInfo.newBuilder()
            .setOperator(ByteString.copyFrom(peer.operator().bytes()))
            .setRole(role(peer.role()))
            .setUrl(peer.service().map(Object::toString).orElse(""))
            .setSoftwareVersion(peer.softwareVersion())
            .setRecord(peer.record());
    for (SubnetTag tag : peer.subnets()) {
      info.addSubnetTags(
          ByteString.copyFrom(ByteBuffer.allocate(Long.BYTES).putLong(0, tag.value())));
    }
    return info.build();
  }

  private static io.myelin.v1.PeerRole role(PeerRole role) {
    return switch (role) {
      case GATEWAY -> io.myelin.v1.PeerRole.PEER_ROLE_GATEWAY;
      case VALIDATOR -> io.myelin.v1.PeerRole.PEER_ROLE_VALIDATOR;
      case COMPUTE -> io.myelin.v1.PeerRole.PEER_ROLE_COMPUTE;
      case REGISTRY -> io.myelin.v1.PeerRole.PEER_ROLE_REGISTRY;
    };
  }
}

package io.myelin.contracts.standing;

import io.myelin.chain.ChainClient;
import io.myelin.contracts.SubnetRegistry;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.protocol.peer.PeerRecord;
import io.myelin.protocol.peer.PeerRole;
import io.myelin.protocol.peer.RecordCodec;
import io.myelin.protocol.peer.RecordFormatException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where gateways said on the chain that they are reached: for whoever knows the chain and nobody
 * else.
 */
public final class AnnouncedGateways {
  private static final int PAGE = 64;

  /** Most that are looked at: whoever needs more asks the peer network. */
  private static final int MOST = 1_024;

  private AnnouncedGateways() {}

  /**
   * Those that can take a new session now, each by the record that it signed itself; the latest
   * comers first. Blocks for a few questions to the chain.
   *
   * @throws io.myelin.chain.ChainException when the chain cannot be read
   */
  public static List<PeerRecord> read(ChainClient chain, NetworkContracts network) {
    List<PeerRecord> found = new ArrayList<>();
    for (int first = 0; first < MOST; first += PAGE) {
      List<SubnetRegistry.Announcement> page =
          network
              .subnets()
              .announcements(BigInteger.valueOf(first), BigInteger.valueOf(PAGE))
              .on(chain);
      page.forEach(one -> record(one).ifPresent(found::add));
      if (page.size() < PAGE) {
        break;
      }
    }
    return List.copyOf(found.reversed());
  }

  /** What it says, when it is a gateway's own record. */
  private static Optional<PeerRecord> record(SubnetRegistry.Announcement said) {
    if (!said.ready()) {
      return Optional.empty();
    }
    try {
      PeerRecord record = RecordCodec.decode(said.record().toArray());
      boolean own =
          record.claim().role() == PeerRole.GATEWAY && record.operator().equals(said.gateway());
      return own ? Optional.of(record) : Optional.empty();
    } catch (RecordFormatException e) {
      return Optional.empty();
    }
  }
}

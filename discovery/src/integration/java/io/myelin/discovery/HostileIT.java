package io.myelin.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.myelin.discovery.link.Discv5Link;
import io.myelin.discovery.link.Link;
import io.myelin.discovery.link.LinkSettings;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.peer.AddressPolicy;
import io.myelin.protocol.peer.IpAddress;
import io.myelin.protocol.peer.NetworkTag;
import io.myelin.protocol.peer.PeerClaim;
import io.myelin.protocol.peer.PeerRecord;
import io.myelin.protocol.peer.PeerRole;
import io.myelin.protocol.peer.PeerTopic;
import io.myelin.protocol.peer.RecordCodec;
import io.myelin.protocol.peer.RecordFormatException;
import io.myelin.protocol.peer.ServiceAddress;
import io.myelin.protocol.peer.SubnetTag;
import io.myelin.protocol.peer.book.PeerEntry.Stage;
import io.myelin.protocol.peer.store.TopicMessage;
import io.myelin.protocol.peer.store.TopicStore;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What strangers can send, and that none of it reaches a routing decision. */
final class HostileIT {
  private static final Optional<ServiceAddress> SERVICE =
      Optional.of(ServiceAddress.parse("http://127.0.0.1:9000"));
  private static final PeerTopic GATEWAYS =
      new PeerTopic(Nodes.NETWORK, PeerRole.GATEWAY, Optional.empty());

  private final Nodes nodes = new Nodes();
  private final Random random = new Random(3);
  private PeerNode victim;

  @BeforeEach
  void start() throws Exception {
    victim =
        nodes.start(Nodes.settings(List.of()), nodes.stakedKey(), Nodes.profile(PeerRole.REGISTRY));
  }

  @AfterEach
  void close() {
    nodes.close();
  }

  @Test
  void anUnstakedPeerIsNotListedUntilItIsAndNoLongerThanItIs() throws Exception {
    OperatorKey key = nodes.key();
    nodes.start(Nodes.settings(List.of(victim.record())), key, Nodes.profile(PeerRole.GATEWAY));
    Nodes.await("it was refused", 30, () -> stage(Stage.REFUSED) == 1);
    assertThat(gateways()).isEmpty();
    assertThat(victim.figures().refused()).containsKey("unstaked");

    nodes.staked.add(key.address());
    Nodes.await("it is listed once it is staked", 30, () -> gateways().size() == 1);

    nodes.staked.remove(key.address());
    Nodes.await("it is not when its stake is gone", 30, () -> gateways().isEmpty());
  }

  @Test
  void aForgedRecordIsNoRecord() {
    PeerRecord record = RecordCodec.sign(nodes.stakedKey(), claim(1, "127.0.0.1", SERVICE));
    byte[] bytes = RecordCodec.bytes(record);
    bytes[bytes.length - 1] ^= 1;
    String forged = "enr:" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    assertThatThrownBy(() -> victim.offer(forged))
        .isInstanceOf(RecordFormatException.class)
        .hasMessageContaining("signature");
    for (String text : List.of("", "enr:", "enr:AAAA", "enr:%%%", "enr:" + "A".repeat(5_000))) {
      assertThatThrownBy(() -> victim.offer(text)).isInstanceOf(RecordFormatException.class);
    }
  }

  @Test
  void aRecordOfAnotherNetworkIsRefusedAndItsNodeNotHeard() throws Exception {
    NetworkTag other = NetworkTag.of(1, Address.ZERO);
    PeerSettings settings =
        PeerSettings.of(other, "127.0.0.1", 0, List.of(), AddressPolicy.DEVNET)
            .timed(Nodes.TIMINGS, Nodes.BOOK, Nodes.STORE);
    OperatorKey key = nodes.stakedKey();
    PeerNode stranger = nodes.start(settings, key, Nodes.profile(PeerRole.GATEWAY));
    assertThatThrownBy(() -> victim.offer(stranger.record()))
        .isInstanceOf(RecordFormatException.class)
        .hasMessageContaining("network");
    stranger.close();
    try (Link link = link(key, other)) {
      assertThatThrownBy(() -> link.probe(victimRecord()).get(10, TimeUnit.SECONDS)).isNotNull();
    }
    assertThat(gateways()).isEmpty();
  }

  @Test
  void internalAddressesReachNobody() throws Exception {
    List<String> services =
        List.of(
            "http://169.254.169.254:80",
            "http://10.0.0.1:8080",
            "http://[fe80::1]:8080",
            "http://[::ffff:127.0.0.1]:8080",
            "http://127.0.0.1:22",
            "http://127.0.0.1:6379");
    for (String service : services) {
      PeerProfile profile =
          new PeerProfile(
              PeerRole.GATEWAY, List.of(), Optional.of(ServiceAddress.parse(service)), "bad");
      nodes.start(Nodes.settings(List.of(victim.record())), nodes.stakedKey(), profile);
    }
    PeerRecord internal = RecordCodec.sign(nodes.stakedKey(), claim(1, "10.0.0.7", SERVICE));
    victim.offer(internal.text());
    Nodes.await("all were refused", 30, () -> stage(Stage.REFUSED) == services.size() + 1);
    assertThat(gateways()).isEmpty();
  }

  @Test
  void aReplayedOldRecordChangesNothing() throws Exception {
    OperatorKey key = nodes.stakedKey();
    PeerNode gateway =
        nodes.start(Nodes.settings(List.of(victim.record())), key, Nodes.profile(PeerRole.GATEWAY));
    String old = gateway.record();
    Nodes.await("listed", 30, () -> gateways().size() == 1);
    Digest subnet = Digest.of(nodes.key().publicKey().hash().bytes());
    gateway.update(Nodes.profile(PeerRole.GATEWAY, subnet));
    Nodes.await("the new record is seen", 30, () -> !gateways().getFirst().subnets().isEmpty());

    victim.offer(old);
    gateway.close();
    Nodes.await("gone", 30, () -> gateways().isEmpty());
    victim.offer(old);
    Nodes.await("still a ghost", 30, () -> stage(Stage.GONE) == 1);
    assertThat(gateways()).isEmpty();
  }

  @Test
  void garbageAndOversizedMessagesAreAnsweredWithNothing() throws Exception {
    OperatorKey key = nodes.stakedKey();
    try (Link link = link(key, Nodes.NETWORK)) {
      for (int length : List.of(0, 1, 2, 50, 600, 1_100)) {
        byte[] garbage = new byte[length];
        random.nextBytes(garbage);
        assertThat(link.talk(victimRecord(), garbage).get(30, TimeUnit.SECONDS)).isEmpty();
      }
      byte[] cut =
          TopicMessage.encode(
              new TopicMessage.Announce(
                  GATEWAYS, RecordCodec.sign(key, claim(1, "127.0.0.1", SERVICE))));
      assertThat(
              link.talk(victimRecord(), Arrays.copyOf(cut, cut.length - 1))
                  .get(30, TimeUnit.SECONDS))
          .isEmpty();
      // Longer than a packet: the library drops it, and nothing comes of it.
      CompletableFuture<byte[]> oversized = link.talk(victimRecord(), new byte[1_150]);
      assertThatThrownBy(
              () -> {
                if (oversized.get(10, TimeUnit.SECONDS).length == 0) {
                  throw new java.util.concurrent.TimeoutException();
                }
              })
          .isNotNull();
    }
    assertThat(victim.figures().refused()).containsKey("message.malformed");
  }

  @Test
  void nobodyAnnouncesSomebodyElse() throws Exception {
    PeerRecord other = RecordCodec.sign(nodes.stakedKey(), claim(1, "127.0.0.1", SERVICE));
    try (Link link = link(nodes.stakedKey(), Nodes.NETWORK)) {
      byte[] answer =
          link.talk(victimRecord(), TopicMessage.encode(new TopicMessage.Announce(GATEWAYS, other)))
              .get(30, TimeUnit.SECONDS);
      assertThat(TopicMessage.decode(answer))
          .isEqualTo(new TopicMessage.Answer(TopicStore.Outcome.WRONG_TOPIC));
    }
    assertThat(victim.figures().refused()).containsKey("announce.other");
    // Its own, and no other.
    assertThat(victim.figures().kept()).isLessThanOrEqualTo(1);
  }

  /** 10,000 records, each with a right signature of a key of its own. */
  @Test
  void aFloodTakesItsOwnPlacesOnly() throws Exception {
    PeerNode real =
        nodes.start(
            Nodes.settings(List.of(victim.record())),
            nodes.stakedKey(),
            Nodes.profile(PeerRole.GATEWAY));
    Nodes.await("listed", 30, () -> gateways().size() == 1);
    for (int i = 0; i < 10_000; i++) {
      victim.offer(RecordCodec.sign(nodes.key(), claim(1, "127.0.0.1", SERVICE)).text());
    }
    OperatorKey late = nodes.stakedKey();
    nodes.start(Nodes.settings(List.of(victim.record())), late, Nodes.profile(PeerRole.GATEWAY));
    Nodes.await("one that comes during the flood is listed", 30, () -> gateways().size() == 2);
    assertThat(gateways().stream().map(Peer::record)).contains(real.record());
    long known = victim.figures().nodes().values().stream().mapToLong(Long::longValue).sum();
    assertThat(known).isLessThanOrEqualTo(Nodes.BOOK.maxPerSource() + 2L);
  }

  private List<Peer> gateways() {
    return victim.peers(PeerRole.GATEWAY, Optional.empty());
  }

  private long stage(Stage stage) {
    return victim.figures().nodes().getOrDefault(stage, 0L);
  }

  private PeerRecord victimRecord() {
    try {
      return RecordCodec.parse(victim.record());
    } catch (RecordFormatException e) {
      throw new AssertionError(e);
    }
  }

  private PeerClaim claim(long sequence, String ip, Optional<ServiceAddress> service) {
    return claim(Nodes.NETWORK, sequence, ip, 30_303, service);
  }

  private static PeerClaim claim(
      NetworkTag network, long sequence, String ip, int udpPort, Optional<ServiceAddress> service) {
    return new PeerClaim(
        sequence,
        IpAddress.parse(ip).orElseThrow(),
        udpPort,
        PeerRole.GATEWAY,
        network,
        List.<SubnetTag>of(),
        service,
        1,
        "x",
        1_800_000_000L);
  }

  /** A bare node that says what it is told to. */
  private Link link(OperatorKey key, NetworkTag network) throws Exception {
    PeerClaim claim = claim(network, 1, "127.0.0.1", 1, SERVICE);
    Link link =
        Discv5Link.start(
            new LinkSettings(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                Nodes.NETWORK,
                AddressPolicy.DEVNET,
                2_000,
                1_000_000,
                address -> true),
            key,
            RecordCodec.sign(key, claim),
            (from, message) -> CompletableFuture.completedFuture(new byte[0]));
    link.advertise(RecordCodec.sign(key, claim(network, 2, "127.0.0.1", link.udpPort(), SERVICE)));
    return link;
  }
}

package io.myelin.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.peer.PeerRole;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two nodes find each other, see changes, and see each other go. */
final class TwoNodesIT {
  private static final Digest SUBNET = Sha256.hash(new byte[] {1});
  private static final Digest OTHER = Sha256.hash(new byte[] {2});

  private final Nodes nodes = new Nodes();

  @AfterEach
  void close() {
    nodes.close();
  }

  @Test
  void eachFindsTheOtherByRoleAndSubnet() throws Exception {
    PeerNode gateway = gateway();
    OperatorKey key = nodes.stakedKey();
    PeerNode compute =
        nodes.start(
            Nodes.settings(List.of(gateway.record())),
            key,
            Nodes.profile(PeerRole.COMPUTE, SUBNET));

    List<Peer> found = new ArrayList<>();
    Nodes.await(
        "the compute node finds the gateway",
        30,
        () ->
            found.addAll(
                compute.find(PeerRole.GATEWAY, Optional.of(SUBNET)).get(30, TimeUnit.SECONDS)));
    assertThat(found)
        .singleElement()
        .satisfies(
            peer -> {
              assertThat(peer.service()).contains(URI.create("http://127.0.0.1:9000"));
              assertThat(peer.record()).isEqualTo(gateway.record());
              assertThat(peer.softwareVersion()).isEqualTo("test");
            });
    Nodes.await(
        "the gateway knows the compute node",
        30,
        () -> gateway.peers(PeerRole.COMPUTE, Optional.of(SUBNET)).size() == 1);
    assertThat(gateway.peers(PeerRole.COMPUTE, Optional.empty()).getFirst().operator())
        .isEqualTo(key.address());
    assertThat(gateway.peers(PeerRole.COMPUTE, Optional.of(OTHER))).isEmpty();
    assertThat(gateway.peers(PeerRole.VALIDATOR, Optional.empty())).isEmpty();
  }

  @Test
  void aChangeAndADepartureAreSeen() throws Exception {
    PeerNode gateway = gateway();
    BlockingQueue<String> events = new LinkedBlockingQueue<>();
    gateway.listen(
        new PeerListener() {
          @Override
          public void came(Peer peer) {
            events.add("came " + peer.subnets().size());
          }

          @Override
          public void changed(Peer before, Peer now) {
            events.add("changed " + before.subnets().size() + " " + now.subnets().size());
          }

          @Override
          public void went(Peer peer) {
            events.add("went " + peer.subnets().size());
          }
        });
    PeerNode compute =
        nodes.start(
            Nodes.settings(List.of(gateway.record())),
            nodes.stakedKey(),
            Nodes.profile(PeerRole.COMPUTE, SUBNET));
    assertThat(events.poll(30, TimeUnit.SECONDS)).isEqualTo("came 1");

    compute.update(Nodes.profile(PeerRole.COMPUTE, SUBNET, OTHER));
    assertThat(events.poll(20, TimeUnit.SECONDS)).isEqualTo("changed 1 2");

    compute.close();
    assertThat(events.poll(30, TimeUnit.SECONDS)).isEqualTo("went 2");
    assertThat(gateway.peers(PeerRole.COMPUTE, Optional.empty())).isEmpty();
  }

  private PeerNode gateway() throws Exception {
    return nodes.start(
        Nodes.settings(List.of()), nodes.stakedKey(), Nodes.profile(PeerRole.GATEWAY, SUBNET));
  }
}

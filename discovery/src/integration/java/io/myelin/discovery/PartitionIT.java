package io.myelin.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.peer.PeerRole;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A network cut in two and put together again, and nodes that come back. */
final class PartitionIT {
  private static final int HALF = 5;

  @TempDir private Path folder;

  private final Nodes nodes = new Nodes();
  private final Set<Integer> left = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean cut = new AtomicBoolean();

  @AfterEach
  void close() {
    nodes.close();
  }

  @Test
  void halvesWorkAloneAndFindEachOtherAgain() throws Exception {
    List<PeerNode> lefts = new ArrayList<>();
    List<PeerNode> rights = new ArrayList<>();
    for (int i = 0; i < 2 * HALF; i++) {
      boolean isLeft = i % 2 == 0;
      PeerNode node =
          nodes.start(
              Nodes.settings(
                  nodes.all.isEmpty() ? List.of() : List.of(nodes.all.getFirst().record())),
              nodes.stakedKey(),
              Nodes.profile(PeerRole.VALIDATOR),
              address -> reachable(isLeft, address));
      if (isLeft) {
        left.add(node.udpPort());
      }
      (isLeft ? lefts : rights).add(node);
    }
    Nodes.await("all see all", 60, () -> nodes.all.stream().allMatch(n -> sees(n, 9)));

    cut.set(true);
    long parted =
        Nodes.await("halves see halves", 40, () -> nodes.all.stream().allMatch(n -> sees(n, 4)));
    // The side without the bootstrap node takes a newcomer in, too.
    PeerNode late =
        nodes.start(
            Nodes.settings(List.of(rights.getFirst().record())),
            nodes.stakedKey(),
            Nodes.profile(PeerRole.VALIDATOR),
            address -> reachable(false, address));
    Nodes.await(
        "the newcomer is seen on its side", 40, () -> rights.stream().allMatch(n -> sees(n, 5)));
    Nodes.await(
        "the newcomer finds its side",
        40,
        () ->
            late.find(PeerRole.VALIDATOR, Optional.empty()).get(30, TimeUnit.SECONDS).size() == 5);
    assertThat(lefts).allMatch(n -> sees(n, 4));

    cut.set(false);
    long healed =
        Nodes.await("all see all again", 60, () -> nodes.all.stream().allMatch(n -> sees(n, 10)));
    System.out.printf(
        "partition of 10 nodes: apart after %d ms, whole again %d ms after%n", parted, healed);
  }

  /** A firewall in each node: what is on the other side is not talked to while it is cut. */
  private boolean reachable(boolean fromLeft, InetSocketAddress address) {
    return !cut.get() || left.contains(address.getPort()) == fromLeft;
  }

  @Test
  void aRestartedNodeNeedsNoBootstrap() throws Exception {
    PeerNode first =
        nodes.start(Nodes.settings(List.of()), nodes.stakedKey(), Nodes.profile(PeerRole.GATEWAY));
    OperatorKey key = nodes.stakedKey();
    PeerNode once =
        nodes.start(
            Nodes.settings(List.of(first.record())).inFolder(folder),
            key,
            Nodes.profile(PeerRole.COMPUTE));
    Nodes.await("found", 30, () -> once.peers(PeerRole.GATEWAY, Optional.empty()).size() == 1);
    Nodes.await("seen", 30, () -> first.peers(PeerRole.COMPUTE, Optional.empty()).size() == 1);
    once.close();
    Nodes.await("gone", 30, () -> first.peers(PeerRole.COMPUTE, Optional.empty()).isEmpty());

    PeerNode again =
        nodes.start(
            Nodes.settings(List.of()).inFolder(folder), key, Nodes.profile(PeerRole.COMPUTE));
    Nodes.await(
        "found again", 30, () -> again.peers(PeerRole.GATEWAY, Optional.empty()).size() == 1);
    Nodes.await(
        "seen again, with its new record",
        30,
        () ->
            first.peers(PeerRole.COMPUTE, Optional.empty()).stream()
                .anyMatch(peer -> peer.record().equals(again.record())));
  }

  private static boolean sees(PeerNode node, int others) {
    return node.peers(PeerRole.VALIDATOR, Optional.empty()).size() == others;
  }
}

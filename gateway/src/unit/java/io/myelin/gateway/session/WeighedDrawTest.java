package io.myelin.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.selection.Candidate;
import io.myelin.protocol.selection.NodeSelection;
import io.myelin.protocol.selection.SelectionSeed;
import io.myelin.protocol.typeddata.Eip712Domain;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Nodes are drawn by the weights that the chain gives them, and not before those are known. */
class WeighedDrawTest {
  private static final Address GATEWAY = Address.parse("0x" + "0a".repeat(20));
  private static final long START = 1_800_000_000_000L;
  private static final long SET = 1;

  private final FreeChain chain = new FreeChain();
  private final FixedNodes nodes = new FixedNodes();
  private final SessionService service =
      SessionService.start(
          SessionSettings.standard(GATEWAY, Eip712Domain.local()),
          chain,
          new MemorySessionLog(),
          () -> Instant.ofEpochMilli(START),
          new Random(7));

  WeighedDrawTest() {
    nodes.addListener(service);
  }

  private static long weight(Address node) {
    return 10 + (node.bytes()[Address.LENGTH - 1] & 0xff) * 37L % 990;
  }

  private SignedSessionRequest signed(int redundancy) {
    TestingClient client =
        new TestingClient(1, GATEWAY, Eip712Domain.local(), service::seedCommitment);
    return client.sign(
        client.request("tiny", redundancy, BigInteger.valueOf(5_000), START + 3_600_000));
  }

  @Test
  void shouldDrawByTheWeightsOfTheSessionsSet() {
    chain.weighing(Optional.of(WeighedDrawTest::weight));
    for (int i = 1; i <= 9; i++) {
      nodes.join(FixedNodes.node(i, 2, "tiny"));
    }
    SignedSessionRequest signed = signed(3);
    OpenedSession opened = service.open(signed).join();
    List<Candidate> candidates =
        nodes.nodes().stream()
            .map(node -> Address.parse(node.id()))
            .map(node -> new Candidate(node, node, weight(node)))
            .toList();
    assertThat(candidates.stream().map(Candidate::weight).distinct().count()).isGreaterThan(2);
    SelectionSeed seed =
        SelectionSeed.open(
            signed.seedCommitment(), signed.request().nonce(), opened.selection().gatewaySecret());
    assertThat(opened.session().nodes())
        .isEqualTo(
            NodeSelection.draw(
                    seed,
                    NodeSelection.SESSION_NODES,
                    candidates,
                    opened.session().nodes().size(),
                    NodeSelection.Owners.DISTINCT)
                .stream()
                .map(drawn -> drawn.node().toString())
                .toList());
  }

  @Test
  void shouldOpenNothingBeforeTheWeightsAreRead() {
    chain.weighing(Optional.empty());
    nodes.join(FixedNodes.node(1, 2, "tiny"));
    assertThatThrownBy(() -> service.open(signed(1)).join())
        .hasMessageContaining("records are being read");
    assertThat(chain.wantedSets()).contains(SET);
    chain.weighing(Optional.of(WeighedDrawTest::weight));
    assertThat(service.open(signed(1)).join().session().nodes()).hasSize(1);
  }

  @Test
  void shouldReplaceALostNodeOnceTheWeightsOfItsSetAreRead() {
    nodes.join(FixedNodes.node(1, 4, "tiny")).join(FixedNodes.node(2, 4, "tiny"));
    String id = service.open(signed(1)).join().session().id();
    chain.weighing(Optional.empty());
    nodes.leave(FixedNodes.node(1, 1).id());
    nodes.join(FixedNodes.node(4, 4, "tiny"));
    assertThat(service.grant(id).orElseThrow().nodes()).containsExactly(FixedNodes.node(2, 1).id());
    assertThat(chain.wantedSets()).containsOnly(SET);
    chain.weighing(Optional.of(WeighedDrawTest::weight));
    service.advance();
    assertThat(service.grant(id).orElseThrow().nodes())
        .containsExactly(FixedNodes.node(2, 1).id(), FixedNodes.node(4, 1).id());
  }
}

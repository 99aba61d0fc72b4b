package io.myelin.validator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.myelin.committee.CommitteeClient;
import io.myelin.committee.NotAgreedException;
import io.myelin.committee.Quorum;
import io.myelin.committee.opening.NodeRecordReader;
import io.myelin.committee.opening.SetRecords;
import io.myelin.committee.proposal.ExtensionProposal;
import io.myelin.committee.proposal.OpeningProposal;
import io.myelin.committee.proposal.PoolView;
import io.myelin.committee.proposal.SettlementBatch;
import io.myelin.committee.wire.Reason;
import io.myelin.contracts.testing.ChainWorld;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.receipt.SignedReceipt;
import io.myelin.protocol.reputation.Reputation;
import io.myelin.protocol.selection.Candidate;
import io.myelin.protocol.selection.NodeSelection;
import io.myelin.protocol.settlement.SessionSeed;
import io.myelin.protocol.settlement.TestingTasks;
import io.myelin.validator.testing.GatewaySide;
import io.myelin.validator.testing.Validators;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes weigh what the chain says of them, for the gateway that draws and for who checks it. */
final class RecordsIT {
  private static final int NODES = 6;
  private static final int DAYS = 4;

  @TempDir static Path folder;
  private static ChainWorld world;
  private static Validators validators;
  private static CommitteeClient committee;
  private static GatewaySide gateway;
  private static Address proven;
  private static long firstSet;
  private static GatewaySide.Live early;

  @BeforeAll
  static void start() throws Exception {
    world = ChainWorld.start(folder, 7, NODES);
    validators = Validators.start(world, folder);
    committee = validators.client(Validators.QUICK);
    gateway = new GatewaySide(world, 7);
    proven = world.nodes().get(2).address();
    firstSet = world.set();
    for (int day = 0; day < DAYS; day++) {
      earn(gateway.open(committee, NODES, 1));
      if (day == 0) {
        // The same pair once more on the same day counts for nothing.
        earn(gateway.open(committee, NODES, 1));
      }
      world.advance(Duration.ofDays(1));
      world.makeSet();
    }
    early = withoutProven();
    earn(gateway.open(committee, NODES, 1));
    world.advance(Duration.ofHours(2));
    world.makeSet();
    world.nodes().forEach(node -> world.judge(node, 0));
  }

  @AfterAll
  static void stop() {
    committee.close();
    validators.close();
    world.close();
  }

  /** A session that the proven node may come into later. */
  private static GatewaySide.Live withoutProven() throws Exception {
    OpeningProposal proposal = gateway.proposal(2, 1);
    while (proposal.terms().nodes().contains(proven)) {
      proposal = gateway.proposal(2, 1);
    }
    return gateway.open(committee, proposal);
  }

  /** A session in which one of all the nodes works. */
  private static void earn(GatewaySide.Live live) throws Exception {
    TestingTasks tasks = gateway.tasks(live);
    List<SignedReceipt> receipts = List.of(tasks.generation(1, 5, 3, List.of(proven)));
    SettlementBatch batch = gateway.batch(gateway.part(live, receipts));
    Quorum quorum = committee.reviewAndAttest(batch);
    assertThat(gateway.settle(batch, quorum).succeeded()).isTrue();
  }

  private static PoolView weighed(PoolView pool, ToLongFunction<Address> weights) {
    return new PoolView(
        pool.candidates().stream()
            .map(one -> new Candidate(one.node(), one.owner(), weights.applyAsLong(one.node())))
            .toList(),
        pool.absent());
  }

  private static OpeningProposal redrawn(OpeningProposal proposal, PoolView pool) {
    var terms = proposal.terms();
    Digest seed = SessionSeed.of(terms.request().nonce(), terms.gatewaySecret()).value();
    return new OpeningProposal(
        terms.withNodes(
            GatewaySide.draw(seed, NodeSelection.SESSION_NODES, pool, terms.nodes().size())),
        pool);
  }

  @Test
  void whoHasARecordOutweighsWhoHasNone() {
    SetRecords records = gateway.records(world.set());
    assertThat(records.of(proven).points()).isEqualTo(2L * (DAYS + 1));
    assertThat(records.weight(proven)).isGreaterThan(400);
    for (ChainWorld.Person node : world.nodes()) {
      if (!node.address().equals(proven)) {
        assertThat(records.weight(node.address())).isEqualTo(Reputation.NEW_WEIGHT);
      }
    }
    PoolView pool = gateway.pool(Set.of());
    Map<Address, Long> drawn =
        IntStream.range(0, 600)
            .mapToObj(i -> Sha256.hash(("seed " + i).getBytes(StandardCharsets.UTF_8)))
            .map(seed -> GatewaySide.draw(seed, NodeSelection.SESSION_NODES, pool, 1).getFirst())
            .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    assertThat(drawn.keySet()).hasSize(NODES);
    drawn.forEach(
        (node, times) -> {
          if (!node.equals(proven)) {
            assertThat(times).isLessThan(drawn.get(proven));
          }
        });
  }

  @Test
  void whoAsksLaterGetsTheSameAnswer() {
    NodeRecordReader late = new NodeRecordReader(world.chain(), world.network(), 0);
    assertThat(late.asOf(firstSet).weight(proven)).isEqualTo(Reputation.NEW_WEIGHT);
    assertThat(late.asOf(firstSet).nodes()).isEmpty();
    for (long set = firstSet; set <= world.set(); set++) {
      assertThat(late.asOf(set)).isEqualTo(gateway.records(set));
    }
  }

  @Test
  void theGatewaysWeightsAreAccepted() throws Exception {
    assertThat(committee.approveOpening(gateway.proposal(3, 1)).quorum().seatsBits().bitCount())
        .isGreaterThanOrEqualTo(3);
  }

  @Test
  void anotherWeightForAFriendIsRefused() {
    OpeningProposal right = gateway.proposal(3, 1);
    Address friend = world.nodes().get(4).address();
    SetRecords records = gateway.records(world.set());
    OpeningProposal friendly =
        redrawn(
            right,
            weighed(
                right.pool(),
                node -> node.equals(friend) ? Reputation.FULL_WEIGHT : records.weight(node)));
    assertThat(refusals(friendly))
        .contains(
            Reason.REFUSED_CANDIDATES.name(),
            "candidate %s has weight 1000 (expected: 250, as of set %d)"
                .formatted(friend, world.set()));
    OpeningProposal alike = redrawn(right, weighed(right.pool(), _ -> Reputation.NEW_WEIGHT));
    assertThat(refusals(alike)).contains("candidate " + proven + " has weight 250 (expected: ");
  }

  private static String refusals(OpeningProposal proposal) {
    return catchThrowableOfType(NotAgreedException.class, () -> committee.approveOpening(proposal))
        .answers()
        .toString();
  }

  @Test
  void anExtensionIsWeighedAsOfTheSessionsOwnSet() throws Exception {
    SetRecords own = gateway.records(early.tail().validatorSet());
    assertThat(own.set()).isEqualTo(world.set() - 1);
    SetRecords newest = gateway.records(world.set());
    assertThat(newest.weight(proven)).isGreaterThan(own.weight(proven));
    Set<Address> seated =
        early.brief().seats().stream().map(seat -> seat.payee()).collect(Collectors.toSet());
    PoolView pool = gateway.pool(seated);
    assertThat(
            catchThrowableOfType(
                NotAgreedException.class,
                () -> committee.approveExtension(extension(weighed(pool, newest::weight)))))
        .hasMessageContaining(Reason.REFUSED_CANDIDATES.name());
    ExtensionProposal right = extension(weighed(pool, own::weight));
    assertThat(committee.approveExtension(right).brief().seats()).hasSize(3);
  }

  private static ExtensionProposal extension(PoolView pool) {
    return new ExtensionProposal(
        early.brief(),
        early.tail(),
        GatewaySide.draw(early.tail().seed(), ExtensionProposal.purpose(1), pool, 1),
        List.of(early.brief().seats().getFirst().node()),
        pool,
        1);
  }
}

package io.myelin.validator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.StatusRuntimeException;
import io.myelin.committee.CommitteeClient;
import io.myelin.committee.CommitteeSettings;
import io.myelin.committee.NotAgreedException;
import io.myelin.committee.Quorum;
import io.myelin.committee.proposal.OpeningProposal;
import io.myelin.committee.proposal.PoolView;
import io.myelin.committee.proposal.SettlementBatch;
import io.myelin.committee.wire.Fields;
import io.myelin.committee.wire.ProposalCodec;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.contracts.testing.ChainWorld;
import io.myelin.contracts.testing.Openings;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.reputation.Reputation;
import io.myelin.protocol.selection.Candidate;
import io.myelin.protocol.selection.NodeSelection;
import io.myelin.protocol.settlement.Approvals;
import io.myelin.protocol.settlement.SessionSeed;
import io.myelin.protocol.settlement.SessionTail;
import io.myelin.v1.ApproveRequest;
import io.myelin.v1.RevealRequest;
import io.myelin.v1.Sealed;
import io.myelin.validator.testing.GatewaySide;
import io.myelin.validator.testing.Validators;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An executor on its own jury: an owner with a validator and a node does not judge its node. */
final class InterestIT {
  /** Honest, with the only node of the pool. */
  private static final int EXECUTOR = 3;

  @TempDir static Path folder;
  private static ChainWorld world;
  private static GatewaySide gateway;

  @BeforeAll
  static void start() throws Exception {
    // Five of five sit in every committee.
    world = ChainWorld.start(folder, 5, 0);
    gateway = new GatewaySide(world, 7);
    ChainWorld.Person node =
        new ChainWorld.Person(
            world.validators().get(EXECUTOR).owner(), ChainWorld.key("own/node/operator"));
    world.fund(node.owner(), world.network().nodes().address(), ChainWorld.ether(100));
    world.send(
        node.owner(),
        world
            .network()
            .nodes()
            .join(node.address(), 8, ChainWorld.ether(100), world.consent(node)));
    world.judge(node, 0);
  }

  @AfterAll
  static void stop() {
    world.close();
  }

  private static OperatorKey nodeKey() {
    return ChainWorld.key("own/node/operator");
  }

  private static OpeningProposal proposal(int number) {
    ChainTerms.OpeningTerms terms =
        Openings.of(world, new Random(number), 1, ChainWorld.ether(1), List.of());
    PoolView pool =
        new PoolView(
            List.of(
                new Candidate(
                    nodeKey().address(),
                    world.validators().get(EXECUTOR).owner().address(),
                    Reputation.NEW_WEIGHT)),
            List.of());
    Digest seed = SessionSeed.of(terms.request().nonce(), terms.gatewaySecret()).value();
    return new OpeningProposal(
        terms.withNodes(GatewaySide.draw(seed, NodeSelection.SESSION_NODES, pool, 1)), pool);
  }

  private static ApproveRequest request(int number) {
    OpeningProposal proposal = proposal(number);
    var terms = world.network().sessions().termsOf(proposal.terms().unapproved()).on(world.chain());
    Digest wanted =
        world
            .domain()
            .digest(
                Approvals.of(
                    ChainTerms.brief(terms.brief()),
                    ChainTerms.tail(terms.tail()),
                    proposal.terms().nodes()));
    return ProposalCodec.approve(proposal, world.gateway().operator().sign(wanted)).toBuilder()
        .setRound(Fields.bytes(SessionTail.modelIdOf("round " + number)))
        .build();
  }

  private static int place(SettlementBatch batch, Address owner) {
    Digest subject =
        io.myelin.protocol.settlement.Subjects.batchSubject(batch.gateway(), batch.batch());
    return world
        .network()
        .validators()
        .committeeFor(subject, batch.set(), Address.ZERO)
        .on(world.chain())
        .indexOf(owner);
  }

  @Test
  void shouldNotLetAnExecutorSitOnItsOwnJury() throws Exception {
    Address executor = world.validators().get(EXECUTOR).owner().address();
    try (Validators validators = Validators.start(world, folder.resolve("a"));
        CommitteeClient committee = validators.client(Validators.PATIENT)) {
      String refusal =
          String.valueOf(
              catchThrowableOfType(
                      StatusRuntimeException.class,
                      () -> validators.stub(EXECUTOR).approve(request(1)))
                  .getStatus()
                  .getDescription());
      assertThat(refusal).startsWith("REFUSED_INTEREST: " + executor);

      // The other four open the session and settle it.
      OpeningProposal proposal = proposal(2);
      GatewaySide.Live live = gateway.open(committee, proposal);
      SettlementBatch batch = gateway.batch(gateway.part(live, List.of()));
      Quorum quorum = committee.reviewAndAttest(batch);
      assertThat(quorum.seatsBits().bitCount()).isEqualTo(4);
      assertThat(quorum.seatsBits().testBit(place(batch, executor))).isFalse();
      assertThat(gateway.settle(batch, quorum).succeeded()).isTrue();
    }
  }

  /** Whoever has an interest and seals all the same: its seal opens nobody else's verdict. */
  @Test
  void shouldNotCountAnExecutorsSealTowardsAQuorum() throws Exception {
    ValidatorFault none = ValidatorFault.NONE;
    try (Validators validators =
        Validators.start(world, folder.resolve("b"), none, none, none, ValidatorFault.YES)) {
      ApproveRequest request = request(3);
      Sealed one = validators.stub(0).approve(request);
      Sealed two = validators.stub(1).approve(request);
      Sealed own = validators.stub(EXECUTOR).approve(request);
      assertThat(refusal(validators, one, List.of(one, two, own)))
          .startsWith("TOO_FEW_SEALS: 2 of 4");
      Sealed third = validators.stub(2).approve(request);
      assertThat(
              validators.stub(0).reveal(reveal(one, List.of(one, two, third))).getPayload().size())
          .isEqualTo(66);
    }
  }

  /** Where the others are silent, two honest ones and the executor make no quorum. */
  @Test
  void shouldOpenNothingByTwoAndTheExecutorAlone() throws Exception {
    ValidatorFault doze = ValidatorFault.DOZE;
    CommitteeSettings brief = Validators.QUICK.within(Duration.ofSeconds(2), Duration.ofSeconds(4));
    try (Validators validators =
            Validators.start(
                world, folder.resolve("c"), doze, doze, ValidatorFault.NONE, ValidatorFault.YES);
        CommitteeClient committee = validators.client(brief)) {
      NotAgreedException failure =
          catchThrowableOfType(
              NotAgreedException.class, () -> committee.approveOpening(proposal(4)));
      assertThat(failure).hasMessageContaining("TOO_FEW_SEALS");
    }
  }

  private static RevealRequest reveal(Sealed own, List<Sealed> shown) {
    return RevealRequest.newBuilder()
        .setSubject(own.getSubject())
        .setRound(own.getRound())
        .addAllSeals(shown)
        .build();
  }

  private static String refusal(Validators validators, Sealed own, List<Sealed> shown) {
    return String.valueOf(
        catchThrowableOfType(
                StatusRuntimeException.class, () -> validators.stub(0).reveal(reveal(own, shown)))
            .getStatus()
            .getDescription());
  }
}

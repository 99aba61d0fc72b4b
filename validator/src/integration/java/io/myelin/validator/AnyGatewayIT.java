package io.myelin.validator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.myelin.chain.Bytes;
import io.myelin.committee.CommitteeClient;
import io.myelin.committee.NotAgreedException;
import io.myelin.committee.proposal.OpeningProposal;
import io.myelin.committee.proposal.PoolView;
import io.myelin.committee.wire.Reason;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.contracts.testing.ChainWorld;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.selection.NodeSelection;
import io.myelin.protocol.settlement.SessionNonce;
import io.myelin.protocol.settlement.SessionSeed;
import io.myelin.protocol.typeddata.EntryPledge;
import io.myelin.protocol.typeddata.SessionRequest;
import io.myelin.validator.testing.GatewaySide;
import io.myelin.validator.testing.Validators;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests that name no gateway, before real validators and the deployed contracts. */
final class AnyGatewayIT {
  @TempDir private static Path folder;

  private static ChainWorld world;
  private static Validators validators;
  private static CommitteeClient committee;
  private static GatewaySide side;

  @BeforeAll
  static void start() throws Exception {
    world = ChainWorld.start(folder);
    validators = Validators.start(world, folder);
    committee = validators.client(Validators.QUICK);
    side = new GatewaySide(world, 5);
  }

  @AfterAll
  static void stop() {
    committee.close();
    validators.close();
    world.close();
  }

  private static ChainTerms.OpeningTerms anybodys(ChainTerms.OpeningTerms terms, PoolView pool) {
    SessionRequest named = terms.request();
    SessionRequest any =
        new SessionRequest(
            named.client(),
            Address.ZERO,
            named.model(),
            named.redundancy(),
            named.verification(),
            named.budgetWei(),
            named.expiryMillis(),
            SessionNonce.forAny(named.nonce(), terms.subnetId(), terms.maxTasks()));
    return new ChainTerms.OpeningTerms(
        any,
        Bytes.of(world.client().sign(world.domain().digest(any)).bytes()),
        terms.clientRandom(),
        terms.gatewaySecret(),
        terms.validatorSet(),
        terms.subnetId(),
        terms.priceVersion(),
        GatewaySide.draw(
            SessionSeed.of(any.nonce(), terms.gatewaySecret()).value(),
            NodeSelection.SESSION_NODES,
            pool,
            terms.nodes().size()),
        terms.maxTasks());
  }

  private static long soon() {
    return (world.nowSeconds() + 600) * 1_000;
  }

  private static SessionId id(ChainTerms.OpeningTerms terms) {
    return SessionId.of(world.domain().digest(terms.request()).bytes());
  }

  private static OpeningProposal.Entry entry(OperatorKey signer, EntryPledge pledge) {
    return new OpeningProposal.Entry(
        world.gateway().address(),
        signer.address(),
        pledge.validUntilMillis(),
        signer.sign(world.domain().digest(pledge)));
  }

  private static OpeningProposal proposal(OperatorKey entry, long validUntilMillis) {
    OpeningProposal named = side.proposal(3, 1);
    ChainTerms.OpeningTerms terms = anybodys(named.terms(), named.pool());
    EntryPledge pledge = new EntryPledge(id(terms), terms.gatewaySecret(), validUntilMillis);
    return new OpeningProposal(terms, named.pool(), Optional.of(entry(entry, pledge)));
  }

  @Test
  void shouldOpenAtTheGatewayThatBringsIt() throws Exception {
    OpeningProposal proposal = proposal(world.gateway().operator(), soon());
    CommitteeClient.Approval approval = committee.approveOpening(proposal);
    assertThat(approval.brief().head().gateway()).isEqualTo(world.gateway().address());
    assertThat(approval.quorum().seatsBits().bitCount()).isGreaterThanOrEqualTo(3);
    var _ =
        world.send(
            world.gateway().operator(),
            world
                .network()
                .sessions()
                .open(
                    proposal
                        .terms()
                        .approved(approval.quorum().seatsBits(), approval.quorum().signatures()),
                    ChainTerms.noPermit()));
    assertThat(
            world
                .network()
                .payment()
                .isActive(ChainTerms.forPayment(approval.brief()))
                .on(world.chain()))
        .isTrue();
    refused(Reason.REFUSED_TERMS, proposal);
  }

  @Test
  void shouldRefuseASecretThatNoGatewayStandsFor() {
    OperatorKey stranger = world.nodes().getFirst().operator();
    refused(Reason.REFUSED_GATEWAY, proposal(stranger, soon()));
    refused(Reason.REFUSED_TERMS, proposal(world.gateway().operator(), 1_000));
    OpeningProposal right = proposal(world.gateway().operator(), soon());
    // A pledge for another request with the same secret: who knows it could try nonces.
    OpeningProposal other = proposal(world.gateway().operator(), soon());
    EntryPledge elsewhere =
        new EntryPledge(id(other.terms()), right.terms().gatewaySecret(), soon());
    refused(
        Reason.REFUSED_NONCE,
        new OpeningProposal(
            right.terms(),
            right.pool(),
            Optional.of(entry(world.gateway().operator(), elsewhere))));
  }

  @Test
  void shouldListenOnlyToTheGatewayThatWouldOpenIt() {
    OpeningProposal right = proposal(world.gateway().operator(), soon());
    try (CommitteeClient stranger =
        validators.client(Validators.QUICK, world.nodes().getFirst().operator())) {
      assertThat(
              catchThrowableOfType(NotAgreedException.class, () -> stranger.approveOpening(right)))
          .hasMessageContaining(Reason.REFUSED_ASKER.name());
    }
    // Without a pledge nobody says who opens it: the contract gives no terms.
    OpeningProposal bare = new OpeningProposal(right.terms(), right.pool());
    assertThat(catchThrowableOfType(NotAgreedException.class, () -> committee.approveOpening(bare)))
        .hasMessageContaining("GatewayNotReady");
  }

  private static void refused(Reason reason, OpeningProposal proposal) {
    NotAgreedException no =
        catchThrowableOfType(NotAgreedException.class, () -> committee.approveOpening(proposal));
    assertThat(no).isNotNull().hasMessageContaining(reason.name());
  }
}

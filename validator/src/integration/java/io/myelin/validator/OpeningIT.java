package io.myelin.validator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.myelin.chain.Bytes;
import io.myelin.chain.RevertedException;
import io.myelin.committee.CommitteeClient;
import io.myelin.committee.MemberAnswer;
import io.myelin.committee.NotAgreedException;
import io.myelin.committee.proposal.ExtensionProposal;
import io.myelin.committee.proposal.OpeningProposal;
import io.myelin.committee.proposal.PoolView;
import io.myelin.committee.wire.Fields;
import io.myelin.committee.wire.ProposalCodec;
import io.myelin.committee.wire.Reason;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.contracts.testing.ChainWorld;
import io.myelin.protocol.committee.Payload;
import io.myelin.protocol.committee.Verdict;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.selection.Candidate;
import io.myelin.protocol.selection.NodeSelection;
import io.myelin.protocol.settlement.Approvals;
import io.myelin.protocol.settlement.SessionSeed;
import io.myelin.protocol.settlement.SessionTail;
import io.myelin.protocol.work.VerificationLevel;
import io.myelin.v1.ApproveRequest;
import io.myelin.v1.DescribeRequest;
import io.myelin.v1.RevealRequest;
import io.myelin.v1.Revealed;
import io.myelin.v1.Sealed;
import io.myelin.v1.ValidatorDescription;
import io.myelin.validator.testing.GatewaySide;
import io.myelin.validator.testing.Validators;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Openings and extensions, approved by real validators over gRPC and taken by the contracts. */
final class OpeningIT {
  private static final int SEATS = 5;

  @TempDir static Path folder;
  private static ChainWorld world;
  private static Validators validators;
  private static CommitteeClient committee;
  private static GatewaySide gateway;

  @BeforeAll
  static void start() throws Exception {
    world = ChainWorld.start(folder);
    validators = Validators.start(world, folder);
    committee = validators.client(Validators.QUICK);
    gateway = new GatewaySide(world, 1);
  }

  @AfterAll
  static void stop() {
    committee.close();
    validators.close();
    world.close();
  }

  private static List<Address> members(OpeningProposal proposal) {
    ChainTerms.OpeningTerms terms = proposal.terms();
    Digest seed = SessionSeed.of(terms.request().nonce(), terms.gatewaySecret()).value();
    return world.network().validators().committee(seed, terms.validatorSet()).on(world.chain());
  }

  private static int seated(OpeningProposal proposal) {
    return validators.of(members(proposal).getFirst());
  }

  private static String refusal(int validator, OpeningProposal proposal) {
    return String.valueOf(
        catchThrowableOfType(
                StatusRuntimeException.class,
                () ->
                    validators
                        .stub(validator)
                        .approve(
                            message(proposal).toBuilder()
                                .setRound(Fields.bytes(Digest.ZERO))
                                .build()))
            .getStatus()
            .getDescription());
  }

  /** As the gateway asks; where the contract gives no terms, there is nothing to sign. */
  private static ApproveRequest message(OpeningProposal proposal) {
    Digest wanted = Digest.ZERO;
    try {
      var terms =
          world.network().sessions().termsOf(proposal.terms().unapproved()).on(world.chain());
      wanted =
          world
              .domain()
              .digest(
                  Approvals.of(
                      ChainTerms.brief(terms.brief()),
                      ChainTerms.tail(terms.tail()),
                      proposal.terms().nodes()));
    } catch (RevertedException e) {
      // What is wrong with it is found before the gateway's signature is looked at.
    }
    return ProposalCodec.approve(proposal, world.gateway().operator().sign(wanted));
  }

  /** What the first member of the committee says, once all of it has sealed. */
  private static Verdict verdict(OpeningProposal proposal) {
    ByteString round = Fields.bytes(SessionTail.modelIdOf("round of " + proposal));
    ApproveRequest request = message(proposal).toBuilder().setRound(round).build();
    List<Sealed> seals =
        members(proposal).stream()
            .map(owner -> validators.stub(validators.of(owner)).approve(request))
            .toList();
    Revealed revealed =
        validators
            .stub(seated(proposal))
            .reveal(
                RevealRequest.newBuilder()
                    .setSubject(seals.getFirst().getSubject())
                    .setRound(round)
                    .addAllSeals(seals)
                    .build());
    return Verdict.parse(Payload.of(revealed.getPayload().toByteArray()));
  }

  private static void assertRefused(Reason reason, OpeningProposal proposal) {
    assertThat(verdict(proposal))
        .isInstanceOfSatisfying(
            Verdict.No.class, no -> assertThat(no.text()).startsWith(reason.name() + ": "));
  }

  @Test
  void shouldSayWhoTheyAre() {
    ValidatorDescription found = validators.stub(2).describe(DescribeRequest.getDefaultInstance());
    ChainWorld.Person person = world.validators().get(2);
    assertThat(found.getOperator().toByteArray()).isEqualTo(person.address().bytes());
    assertThat(found.getOwner().toByteArray()).isEqualTo(person.owner().address().bytes());
    assertThat(found.getChainId()).isEqualTo(world.chain().chainId());
    assertThat(found.getDirectory().toByteArray())
        .isEqualTo(world.network().directory().address().bytes());
  }

  @Test
  void shouldOpenASessionThatAllMembersApproved() throws Exception {
    OpeningProposal proposal = gateway.proposal(3, 2);
    CommitteeClient.Approval approval = committee.approveOpening(proposal);
    assertThat(approval.quorum().seatsBits()).isEqualTo(BigInteger.valueOf((1 << SEATS) - 1));
    // Asked again, each gives the same signature.
    assertThat(committee.approveOpening(proposal)).isEqualTo(approval);

    GatewaySide.Live live = gateway.open(committee, proposal);
    assertThat(
            world
                .network()
                .payment()
                .isActive(ChainTerms.forPayment(live.brief()))
                .on(world.chain()))
        .isTrue();
    assertThat(
            catchThrowableOfType(
                NotAgreedException.class, () -> committee.approveOpening(proposal)))
        .hasMessageContaining("REFUSED_TERMS");
  }

  @Test
  void shouldRefuseWhatTheClientDidNotSign() {
    OpeningProposal right = gateway.proposal(3, 1);
    ChainTerms.OpeningTerms terms = right.terms();
    Bytes other =
        Bytes.of(world.gateway().operator().sign(world.domain().digest(terms.request())).bytes());
    assertRefused(Reason.REFUSED_REQUEST, with(right, terms, other, terms.gatewaySecret()));
    assertRefused(Reason.REFUSED_REQUEST, with(right, terms, Bytes.EMPTY, terms.gatewaySecret()));
    Digest secret = SessionTail.modelIdOf("another secret");
    OpeningProposal reseeded = with(right, terms, terms.clientSignature(), secret);
    assertRefused(Reason.REFUSED_NONCE, reseeded);
  }

  @Test
  void shouldRefuseAComparisonOfOneNode() throws Exception {
    assertRefused(Reason.REFUSED_TERMS, gateway.proposal(3, 1, VerificationLevel.REDUNDANT));
    assertThat(committee.approveOpening(gateway.proposal(3, 2, VerificationLevel.REDUNDANT)))
        .isNotNull();
  }

  private static OpeningProposal with(
      OpeningProposal proposal, ChainTerms.OpeningTerms terms, Bytes signature, Digest secret) {
    return new OpeningProposal(
        new ChainTerms.OpeningTerms(
            terms.request(),
            signature,
            terms.clientRandom(),
            secret,
            terms.validatorSet(),
            terms.subnetId(),
            terms.priceVersion(),
            terms.nodes(),
            terms.maxTasks()),
        proposal.pool());
  }

  @Test
  void shouldRefuseAnotherPrice() {
    OpeningProposal right = gateway.proposal(3, 1);
    ChainTerms.OpeningTerms terms = right.terms();
    OpeningProposal cheaper =
        new OpeningProposal(
            new ChainTerms.OpeningTerms(
                terms.request(),
                terms.clientSignature(),
                terms.clientRandom(),
                terms.gatewaySecret(),
                terms.validatorSet(),
                terms.subnetId(),
                terms.priceVersion() + 1,
                terms.nodes(),
                0),
            right.pool());
    assertRefused(Reason.REFUSED_PRICE, cheaper);
    assertThat(
            catchThrowableOfType(NotAgreedException.class, () -> committee.approveOpening(cheaper)))
        .hasMessageContaining("PriceNotQuotable");
  }

  @Test
  void shouldRefuseADrawThatWasSteered() {
    OpeningProposal right = gateway.proposal(3, 1);
    List<Address> nodes = new ArrayList<>(right.terms().nodes());
    nodes.add(nodes.removeFirst());
    OpeningProposal steered = new OpeningProposal(right.terms().withNodes(nodes), right.pool());
    NotAgreedException failure =
        catchThrowableOfType(NotAgreedException.class, () -> committee.approveOpening(steered));
    // It stops as soon as there can be no quorum.
    assertThat(
            failure.answers().stream()
                .filter(answer -> answer.answer() instanceof MemberAnswer.Answer.Refused)
                .count())
        .isGreaterThanOrEqualTo(3);
    assertThat(failure).hasMessageContaining("REFUSED_DRAW").hasMessageContaining("0 of 5");
  }

  @Test
  void shouldRefuseACandidateThatIsLeftOutOrForeign() {
    OpeningProposal right = gateway.proposal(3, 1);
    PoolView pool = right.pool();
    Candidate out = pool.candidates().getLast();
    List<Candidate> fewer = pool.candidates().subList(0, pool.candidates().size() - 1);
    assertRefused(Reason.REFUSED_CANDIDATES, redrawn(right, new PoolView(fewer, List.of())));
    OpeningProposal told =
        redrawn(
            right,
            new PoolView(fewer, List.of(new PoolView.Absent(out.node(), "not connected here"))));
    assertThat(verdict(told)).isInstanceOf(Verdict.Yes.class);

    List<Candidate> foreign = new ArrayList<>(pool.candidates());
    Address stranger = Address.parse("0x00000000000000000000000000000000000bad00");
    foreign.add(new Candidate(stranger, stranger, out.weight()));
    assertRefused(Reason.REFUSED_CANDIDATES, redrawn(right, new PoolView(foreign, List.of())));
    List<Candidate> owned = new ArrayList<>(fewer);
    owned.add(new Candidate(out.node(), stranger, out.weight()));
    assertRefused(Reason.REFUSED_CANDIDATES, redrawn(right, new PoolView(owned, List.of())));
    List<Candidate> heavy = new ArrayList<>(fewer);
    heavy.add(new Candidate(out.node(), out.owner(), 9));
    assertRefused(Reason.REFUSED_CANDIDATES, redrawn(right, new PoolView(heavy, List.of())));
  }

  private static OpeningProposal redrawn(OpeningProposal proposal, PoolView pool) {
    ChainTerms.OpeningTerms terms = proposal.terms();
    Digest seed = SessionSeed.of(terms.request().nonce(), terms.gatewaySecret()).value();
    List<Address> nodes =
        GatewaySide.draw(seed, NodeSelection.SESSION_NODES, pool, terms.nodes().size());
    return new OpeningProposal(terms.withNodes(nodes), pool);
  }

  @Test
  void shouldListenToTheGatewayAlone() {
    OpeningProposal proposal = gateway.proposal(3, 1);
    try (CommitteeClient stranger =
        validators.client(Validators.QUICK, world.nodes().getFirst().operator())) {
      assertThat(
              catchThrowableOfType(
                  NotAgreedException.class, () -> stranger.approveOpening(proposal)))
          .hasMessageContaining(Reason.REFUSED_ASKER.name());
    }
  }

  @Test
  void shouldAnswerOnlyWhereItSits() {
    OpeningProposal proposal = gateway.proposal(3, 1);
    List<Address> members = members(proposal);
    int outside =
        IntStream.range(0, world.validators().size())
            .filter(i -> !members.contains(world.validators().get(i).owner().address()))
            .findFirst()
            .orElseThrow();
    assertThat(refusal(outside, proposal)).startsWith(Reason.NOT_SEATED.name());
  }

  @Test
  void shouldExtendASessionByTheNextDrawOnly() throws Exception {
    GatewaySide.Live live = gateway.open(committee, 3, 1);
    Address lost = live.brief().seats().getFirst().node();
    Set<Address> seatedOwners =
        live.brief().seats().stream().map(seat -> seat.payee()).collect(Collectors.toSet());
    PoolView pool = gateway.pool(seatedOwners);
    Digest seed = live.tail().seed();
    List<Address> next = GatewaySide.draw(seed, ExtensionProposal.purpose(1), pool, 1);
    try (CommitteeClient stranger =
        validators.client(Validators.QUICK, world.nodes().getFirst().operator())) {
      assertThat(
              catchThrowableOfType(
                  NotAgreedException.class,
                  () ->
                      stranger.approveExtension(
                          new ExtensionProposal(
                              live.brief(), live.tail(), next, List.of(lost), pool, 1))))
          .hasMessageContaining(Reason.REFUSED_ASKER.name());
    }
    List<Address> second = GatewaySide.draw(seed, ExtensionProposal.purpose(2), pool, 1);
    assertThat(
            catchThrowableOfType(
                NotAgreedException.class,
                () ->
                    committee.approveExtension(
                        new ExtensionProposal(
                            live.brief(), live.tail(), second, List.of(lost), pool, 2))))
        .hasMessageContaining("REFUSED_DRAW");
    List<Address> two = GatewaySide.draw(seed, ExtensionProposal.purpose(1), pool, 2);
    assertThat(
            catchThrowableOfType(
                NotAgreedException.class,
                () ->
                    committee.approveExtension(
                        new ExtensionProposal(
                            live.brief(), live.tail(), two, List.of(lost), pool, 1))))
        .hasMessageContaining("REFUSED_TERMS");

    ExtensionProposal right =
        new ExtensionProposal(live.brief(), live.tail(), two.subList(0, 1), List.of(lost), pool, 1);
    CommitteeClient.Approval approval = committee.approveExtension(right);
    world.send(
        world.gateway().operator(),
        world
            .network()
            .sessions()
            .extend(
                ChainTerms.forSession(live.brief()),
                ChainTerms.forSession(live.tail()),
                right.added(),
                approval.quorum().seatsBits(),
                approval.quorum().signatures()));
    assertThat(approval.brief().seats()).hasSize(4);
    assertThat(
            world
                .network()
                .payment()
                .isActive(ChainTerms.forPayment(approval.brief()))
                .on(world.chain()))
        .isTrue();
  }
}

package io.myelin.validator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.myelin.chain.Bytes;
import io.myelin.committee.Cases;
import io.myelin.committee.CommitteeClient;
import io.myelin.committee.MemberAnswer.Answer;
import io.myelin.committee.NotAgreedException;
import io.myelin.committee.proposal.OpeningProposal;
import io.myelin.committee.proposal.SettlementBatch;
import io.myelin.committee.wire.Fields;
import io.myelin.contracts.Session;
import io.myelin.contracts.ValidatorRegistry;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.contracts.testing.ChainWorld;
import io.myelin.protocol.committee.Contradiction;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.receipt.SignedReceipt;
import io.myelin.protocol.settlement.FaultEvidence;
import io.myelin.protocol.settlement.SettlementClaim;
import io.myelin.v1.AttestRequest;
import io.myelin.validator.testing.GatewaySide;
import io.myelin.validator.testing.GatewaySide.Live;
import io.myelin.validator.testing.Validators;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who signs two things, or what is provably wrong, loses stake; who is honest does not. */
final class EvidenceIT {
  private static final int TWICE = 5;
  private static final int UNREAD = 6;
  private static final int HONEST = 4;

  @TempDir Path folder;
  private ChainWorld world;
  private Validators validators;
  private CommitteeClient client;
  private GatewaySide gateway;

  @BeforeEach
  void start() throws Exception {
    world = ChainWorld.start(folder, 7, 3);
    ValidatorFault none = ValidatorFault.NONE;
    validators =
        Validators.start(
            world, folder, none, none, none, none, none, ValidatorFault.TWICE, ValidatorFault.YES);
    client = validators.client(Validators.QUICK);
    client.keepEvidence(folder.resolve("evidence"));
    gateway = new GatewaySide(world, 9);
  }

  @AfterEach
  void stop() {
    client.close();
    validators.close();
    world.close();
  }

  private ChainWorld.Person person(int number) {
    return world.validators().get(number);
  }

  private BigInteger staked(int number) {
    return world
        .network()
        .validators()
        .bondOf(person(number).owner().address())
        .on(world.chain())
        .stakedWei();
  }

  private boolean isJailed(int number) {
    return world
            .network()
            .validators()
            .validatorOf(person(number).owner().address())
            .on(world.chain())
            .jailedUntil()
        > world.nowSeconds();
  }

  private List<Path> files() throws Exception {
    Path evidence = folder.resolve("evidence");
    if (!Files.isDirectory(evidence)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(evidence)) {
      return all.toList();
    }
  }

  @Test
  void shouldSlashADoubleSignerByTheFileThatWasKept() throws Exception {
    for (int i = 0; i < 20 && files().isEmpty(); i++) {
      OpeningProposal proposal = gateway.proposal(2, 1);
      var _ = client.approveOpening(proposal);
      List<Address> others = List.of(proposal.terms().nodes().getLast());
      OpeningProposal other =
          new OpeningProposal(proposal.terms().withNodes(others), proposal.pool());
      assertThatThrownBy(() -> client.approveOpening(other)).isInstanceOf(NotAgreedException.class);
    }
    assertThat(files()).hasSize(1);
    Contradiction found = Contradiction.parse(Files.readString(files().getFirst()));
    assertThat(found.operator()).isEqualTo(person(TWICE).address());
    assertThat(found.holds(world.domain())).isTrue();
    assertThat(staked(TWICE)).isPositive();

    world.send(
        world.client(),
        world
            .network()
            .validators()
            .punishDoubleSigning(
                found.first().kind(),
                found.first().subject(),
                found.first().content(),
                Bytes.of(found.firstSignature().bytes()),
                found.second().content(),
                Bytes.of(found.secondSignature().bytes())));

    assertThat(staked(TWICE)).isZero();
    assertThat(isJailed(TWICE)).isTrue();
    assertThat(isJailed(UNREAD)).as("it signs unread, and never two contents").isFalse();
  }

  /** What a member signed of an opening that was asked for; empty where it does not sit. */
  private Optional<Signature> signed(int number, OpeningProposal proposal) throws Exception {
    NotAgreedException failure =
        catchThrowableOfType(NotAgreedException.class, () -> client.approveOpening(proposal));
    assertThat(failure).isNotNull();
    Address owner = person(number).owner().address();
    return failure.answers().stream()
        .filter(one -> one.owner().equals(owner) && one.answer() instanceof Answer.Signed)
        .map(one -> ((Answer.Signed) one.answer()).signature())
        .findFirst();
  }

  private FaultEvidence.Opening evidence(OpeningProposal proposal) {
    Session.TermsOfAnswer terms =
        world.network().sessions().termsOf(proposal.terms().unapproved()).on(world.chain());
    return new FaultEvidence.Opening(
        ChainTerms.brief(terms.brief()), ChainTerms.tail(terms.tail()), proposal.terms().nodes());
  }

  private void accuse(int number) {
    ValidatorRegistry registry = world.network().validators();
    world.send(person(0).owner(), registry.accuse(person(number).owner().address()));
    for (int set = 0; set < 2; set++) {
      world.advance(Duration.ofHours(1));
      world.makeSet();
    }
  }

  private void punish(int number, Cases.Guilty guilty) {
    world.send(
        world.client(),
        world
            .network()
            .validators()
            .punish(
                person(number).owner().address(),
                guilty.fault(),
                guilty.evidenceDigest(),
                guilty.quorum().seatsBits(),
                guilty.quorum().signatures()));
  }

  /** A second node of the owner of the first, fit to serve. */
  private void addNodeOfTheSameOwner() {
    ChainWorld.Person second =
        new ChainWorld.Person(world.nodes().getFirst().owner(), ChainWorld.key("second/operator"));
    world.fund(second.owner(), world.network().nodes().address(), ChainWorld.ether(100));
    world.send(
        second.owner(),
        world
            .network()
            .nodes()
            .join(second.address(), 8, ChainWorld.ether(100), world.consent(second)));
    world.judge(second, 0);
  }

  @Test
  void shouldPunishWhoApprovedTwoNodesOfOneOwner() throws Exception {
    addNodeOfTheSameOwner();
    List<Address> two =
        List.of(world.nodes().getFirst().address(), ChainWorld.key("second/operator").address());
    Optional<Signature> signature = Optional.empty();
    OpeningProposal wrong = gateway.proposal(1, 1);
    for (int i = 0; i < 20 && signature.isEmpty(); i++) {
      OpeningProposal right = gateway.proposal(1, 1);
      wrong = new OpeningProposal(right.terms().withNodes(two), right.pool());
      signature = signed(UNREAD, wrong);
    }
    BigInteger before = staked(UNREAD);
    FaultEvidence.Opening evidence = evidence(wrong);
    accuse(UNREAD);

    Cases.Guilty guilty =
        client.cases().fault(person(UNREAD).owner().address(), evidence, signature.orElseThrow());
    punish(UNREAD, guilty);

    assertThat(staked(UNREAD).multiply(BigInteger.TEN))
        .isEqualTo(before.multiply(BigInteger.valueOf(7)));
    assertThat(isJailed(UNREAD)).isTrue();
  }

  @Test
  void shouldPunishWhoAttestedMoreThanTheReceipts() throws Exception {
    Live live = gateway.open(client, 2, 1);
    SignedReceipt receipt = gateway.tasks(live).generation(0, 4, 5);
    SettlementClaim right = gateway.part(live, List.of(receipt)).claim();
    List<BigInteger> inflated =
        right.earnedWei().stream().map(wei -> wei.add(BigInteger.ONE)).toList();
    SettlementBatch batch =
        gateway.batch(gateway.part(live, right.receiptsRoot(), 1, inflated, List.of(receipt)));
    FaultEvidence.Batch evidence =
        new FaultEvidence.Batch(
            batch.gateway(),
            batch.batch(),
            batch.sessions().stream().map(SettlementBatch.Part::claim).toList(),
            0,
            List.of(receipt.receipt().attestation()));
    Signature signature = attested(UNREAD, batch);
    BigInteger before = staked(UNREAD);
    accuse(UNREAD);

    Cases.Guilty guilty =
        client.cases().fault(person(UNREAD).owner().address(), evidence, signature);
    punish(UNREAD, guilty);

    assertThat(staked(UNREAD)).isLessThan(before);
    // It is said once: the case is over.
    assertThatThrownBy(
            () -> client.cases().fault(person(UNREAD).owner().address(), evidence, signature))
        .hasMessageContaining("REFUSED_FAULT");
  }

  private Signature attested(int number, SettlementBatch batch) {
    var wanted =
        new io.myelin.protocol.typeddata.BatchSettlement(
            batch.gateway(), batch.batch(), batch.settlementsDigest());
    AttestRequest request =
        AttestRequest.newBuilder()
            .setGateway(Fields.bytes(batch.gateway()))
            .setBatch(batch.batch())
            .setSet(batch.set())
            .setSettlementsDigest(Fields.bytes(batch.settlementsDigest()))
            .setGatewaySignature(
                ByteString.copyFrom(
                    world.gateway().operator().sign(world.domain().digest(wanted)).bytes()))
            .build();
    return Signature.of(validators.stub(number).attest(request).getSignature().toByteArray());
  }

  @Test
  void shouldFindNothingWrongWithTheHonest() throws Exception {
    OpeningProposal right = gateway.proposal(1, 1);
    FaultEvidence.Opening evidence = evidence(right);
    Signature signature =
        person(HONEST).operator().sign(world.domain().digest(evidence.attestation()));
    Address owner = person(HONEST).owner().address();
    assertThatThrownBy(() -> client.cases().fault(owner, evidence, signature))
        .hasMessageContaining("accuse it");
    accuse(HONEST);

    assertThatThrownBy(() -> client.cases().fault(owner, evidence, signature))
        .hasMessageContaining("REFUSED_FAULT");
    // Nor by what another signed.
    Signature foreign =
        person(UNREAD).operator().sign(world.domain().digest(evidence.attestation()));
    assertThatThrownBy(() -> client.cases().fault(owner, evidence, foreign))
        .hasMessageContaining("REFUSED_FAULT");
    assertThat(isJailed(HONEST)).isFalse();
  }
}

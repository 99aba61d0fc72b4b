package io.myelin.validator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.StatusRuntimeException;
import io.myelin.committee.CommitteeClient;
import io.myelin.committee.CommitteeSettings;
import io.myelin.committee.MemberAnswer;
import io.myelin.committee.NotAgreedException;
import io.myelin.committee.proposal.OpeningProposal;
import io.myelin.committee.proposal.SettlementBatch;
import io.myelin.committee.wire.Fields;
import io.myelin.committee.wire.ProposalCodec;
import io.myelin.contracts.InferencePayment;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.contracts.testing.ChainWorld;
import io.myelin.protocol.committee.SeatState;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.receipt.SignedReceipt;
import io.myelin.protocol.settlement.Approvals;
import io.myelin.protocol.settlement.Outcome;
import io.myelin.protocol.settlement.SessionTail;
import io.myelin.protocol.settlement.Settlement;
import io.myelin.v1.ApproveRequest;
import io.myelin.v1.RevealRequest;
import io.myelin.v1.Revealed;
import io.myelin.v1.Sealed;
import io.myelin.validator.testing.GatewaySide;
import io.myelin.validator.testing.Lie;
import io.myelin.validator.testing.Validators;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Five validators, each of whom always sits, of whom some lie in every way that we can think of:
 * the traps that others fell into, each by its name.
 */
final class ByzantineIT {
  private static final CommitteeSettings SHORT =
      new CommitteeSettings(
          Duration.ofSeconds(5),
          Duration.ofSeconds(8),
          Duration.ofSeconds(8),
          Duration.ofMillis(300),
          Duration.ofMillis(50));

  @TempDir static Path folder;
  private static ChainWorld world;
  private static Validators validators;
  private static GatewaySide gateway;

  @BeforeAll
  static void start() throws Exception {
    world = ChainWorld.start(folder, 5, 4);
    validators = Validators.start(world, folder);
    gateway = new GatewaySide(world, 7);
  }

  @AfterAll
  static void stop() {
    validators.close();
    world.close();
  }

  private static CommitteeClient with(Lie... lies) {
    for (int i = 0; i < lies.length; i++) {
      validators.lie(i, lies[i]);
    }
    return validators.client(SHORT);
  }

  private static void settle(CommitteeClient committee, GatewaySide.Live live) throws Exception {
    List<SignedReceipt> receipts = List.of(gateway.tasks(live).generation(0, 4, 5));
    SettlementBatch batch = gateway.batch(gateway.part(live, receipts));
    gateway.settle(batch, committee.reviewAndAttest(batch));
  }

  /**
   * Whatever two of five do, a session opens, is settled, and only what was sealed right counts.
   */
  private static void shouldServe(Lie first, Lie second) throws Exception {
    try (CommitteeClient committee = with(first, second)) {
      settle(committee, gateway.open(committee, 2, 1));
    }
  }

  @Test
  void shouldOpenAndCloseWhileTwoSealGarbageOrRevealAnother() throws Exception {
    shouldServe(Lie.SEALS_GARBAGE, Lie.REVEALS_ANOTHER);
  }

  @Test
  void shouldOpenAndCloseWhileTwoNeverRevealOrSignAnotherContent() throws Exception {
    shouldServe(Lie.NEVER_REVEALS, Lie.SIGNS_ANOTHER_CONTENT);
  }

  @Test
  void shouldOpenAndCloseWhileTwoReplaySealsOrAnswerForAnotherSeat() throws Exception {
    shouldServe(Lie.REPLAYS_AN_OLDER_SEAL, Lie.ANSWERS_FOR_ANOTHER);
  }

  @Test
  void shouldNameEachLieAndFailInTimeWithThreeLiars() {
    try (CommitteeClient committee =
        with(Lie.REVEALS_ANOTHER, Lie.SIGNS_ANOTHER_CONTENT, Lie.REPLAYS_AN_OLDER_SEAL)) {
      long began = System.nanoTime();
      NotAgreedException failure =
          catchThrowableOfType(NotAgreedException.class, () -> gateway.open(committee, 2, 1));
      assertThat(Duration.ofNanos(System.nanoTime() - began))
          .isLessThan(SHORT.total().plus(Duration.ofSeconds(3)));
      assertThat(failure)
          .hasMessageContaining("BAD_REVEAL")
          .hasMessageContaining("BAD_SIGNATURE")
          .hasMessageContaining("BAD_SEAL");
      assertThat(failure.answers().stream().map(MemberAnswer::answer))
          .filteredOn(MemberAnswer.Answer.Lied.class::isInstance)
          .hasSize(3)
          .allSatisfy(
              answer -> assertThat(((MemberAnswer.Answer.Lied) answer).seals()).isNotEmpty());
    } finally {
      validators.honest(2);
    }
  }

  /** A vote changed after it was given: two seals of one round, both signed, are the evidence. */
  @Test
  void shouldCatchAVoteThatChangesBetweenTwoSealsOfOneRound() throws Exception {
    try (CommitteeClient committee =
        with(Lie.FORGETS_AND_SEALS_ANOTHER, Lie.NEVER_REVEALS, Lie.NEVER_REVEALS)) {
      NotAgreedException failure =
          catchThrowableOfType(NotAgreedException.class, () -> gateway.open(committee, 2, 1));
      MemberAnswer.Answer.Lied lied =
          failure.answers().stream()
              .map(MemberAnswer::answer)
              .filter(MemberAnswer.Answer.Lied.class::isInstance)
              .map(MemberAnswer.Answer.Lied.class::cast)
              .findFirst()
              .orElseThrow();
      assertThat(lied.lie()).isEqualTo(SeatState.Lie.SEALED_TWICE);
      assertThat(lied.seals()).hasSize(2).allMatch(seal -> seal.holds(world.domain()));
    } finally {
      validators.honest(2);
    }
  }

  /** A quorum that counts slots instead of distinct owners; a vote seen before one's own. */
  @Test
  void shouldShowNoVerdictToWhoShowsFewerThanAQuorumOfDistinctSeats() throws Exception {
    ApproveRequest request = request("a round");
    Sealed own = validators.stub(3).approve(request);
    Sealed other = validators.stub(4).approve(request);
    Sealed third = validators.stub(0).approve(request);
    Sealed stolen = other.toBuilder().setOperator(Fields.bytes(Address.ZERO)).build();
    Sealed elsewhere =
        validators
            .stub(1)
            .approve(
                request.toBuilder().setRound(Fields.bytes(SessionTail.modelIdOf("b"))).build());

    assertThat(refusal(own, List.of(own))).startsWith("TOO_FEW_SEALS: 1 of 5");
    // One seat many times is one seat.
    assertThat(refusal(own, Collections.nCopies(5, other))).startsWith("TOO_FEW_SEALS: 1 of 5");
    assertThat(refusal(own, List.of(own, other, stolen))).startsWith("TOO_FEW_SEALS: 2 of 5");
    assertThat(refusal(own, List.of(own, other, elsewhere))).startsWith("TOO_FEW_SEALS: 2 of 5");
    assertThat(refusal(own, List.of())).startsWith("TOO_FEW_SEALS: 0 of 5");
    Revealed opened = validators.stub(3).reveal(reveal(own, List.of(own, other, third)));
    assertThat(opened.getPayload().size()).isEqualTo(66);
    // The same seal again, whatever happened meanwhile: there is nothing to try out.
    assertThat(validators.stub(3).approve(request)).isEqualTo(own);
  }

  private static ApproveRequest request(String round) {
    OpeningProposal proposal = gateway.proposal(2, 1);
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
        .setRound(Fields.bytes(SessionTail.modelIdOf(round)))
        .build();
  }

  private static RevealRequest reveal(Sealed own, List<Sealed> shown) {
    return RevealRequest.newBuilder()
        .setSubject(own.getSubject())
        .setRound(own.getRound())
        .addAllSeals(shown)
        .build();
  }

  private static String refusal(Sealed own, List<Sealed> shown) {
    return String.valueOf(
        catchThrowableOfType(
                StatusRuntimeException.class, () -> validators.stub(3).reveal(reveal(own, shown)))
            .getStatus()
            .getDescription());
  }

  /** Who forgot a round in a crash seals the same again; nothing of it is on disk. */
  @Test
  void shouldSealTheSameAgainAfterARestart() throws Exception {
    ApproveRequest request = request("a crash");
    Sealed before = validators.stub(4).approve(request);
    validators.restart();
    assertThat(refusal(before, List.of(before))).startsWith("UNKNOWN_ROUND");
    assertThat(validators.stub(4).approve(request)).isEqualTo(before);
  }

  /** Who does its duty is paid from the validators' part, who is absent or lies gets nothing. */
  @Test
  void shouldPayThoseWhoSignedAndNobodyElse() throws Exception {
    Map<Address, BigInteger> before = credits();
    try (CommitteeClient committee = with(Lie.SEALS_GARBAGE, Lie.NEVER_REVEALS)) {
      settle(committee, gateway.open(committee, 2, 1));
    }
    Map<Address, BigInteger> after = credits();
    for (int i = 0; i < 5; i++) {
      Address owner = world.validators().get(i).owner().address();
      int gained =
          Objects.requireNonNull(after.get(owner))
              .compareTo(Objects.requireNonNull(before.get(owner)));
      assertThat(gained).isEqualTo(i < 2 ? 0 : 1);
    }
  }

  private static Map<Address, BigInteger> credits() {
    return world.validators().stream()
        .map(validator -> validator.owner().address())
        .collect(
            Collectors.toMap(
                owner -> owner,
                owner -> world.network().payment().credits(owner).on(world.chain())));
  }

  /**
   * With three liars nothing is settled, and after expiry the client has all of its money again.
   */
  @Test
  void shouldGiveTheMoneyBackWhenThreeLieAboutABatch() throws Exception {
    for (int i = 0; i < 3; i++) {
      validators.honest(i);
    }
    GatewaySide.Live live;
    try (CommitteeClient committee = validators.client(SHORT)) {
      live = gateway.open(committee, 2, 1);
    }
    List<SignedReceipt> receipts = List.of(gateway.tasks(live).generation(0, 4, 5));
    SettlementBatch batch = gateway.batch(gateway.part(live, receipts));
    try (CommitteeClient committee =
        with(Lie.SEALS_GARBAGE, Lie.NEVER_REVEALS, Lie.REVEALS_ANOTHER)) {
      assertThat(
              catchThrowableOfType(
                  NotAgreedException.class, () -> committee.reviewAndAttest(batch)))
          .hasMessageContaining("of 5");
    } finally {
      validators.honest(2);
    }
    InferencePayment payment = world.network().payment();
    world.advance(Duration.ofDays(2).plusSeconds(1));
    world.send(world.client(), payment.expire(ChainTerms.forPayment(live.brief())));
    world.advance(Duration.ofDays(1).plusSeconds(1));
    BigInteger before = payment.credits(world.client().address()).on(world.chain());
    world.send(
        world.client(),
        payment.finalize_(
            List.of(ChainTerms.forPayment(live.brief())),
            List.of(ChainTerms.forPayment(Settlement.nothing(live.brief(), Outcome.EXPIRED)))));
    BigInteger gained =
        payment.credits(world.client().address()).on(world.chain()).subtract(before);
    assertThat(gained).isEqualTo(live.brief().head().budgetWei());
    world.makeSet();
  }
}

package io.myelin.validator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.myelin.committee.CommitteeClient;
import io.myelin.committee.NotAgreedException;
import io.myelin.committee.NotAgreedException.BadSession;
import io.myelin.committee.Quorum;
import io.myelin.committee.proposal.OpeningProposal;
import io.myelin.committee.proposal.SettlementBatch;
import io.myelin.committee.wire.Reason;
import io.myelin.contracts.InferencePayment;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.contracts.testing.ChainWorld;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.receipt.SignedReceipt;
import io.myelin.protocol.settlement.Settlement;
import io.myelin.protocol.settlement.SettlementClaim;
import io.myelin.protocol.settlement.TestingTasks;
import io.myelin.validator.testing.GatewaySide;
import io.myelin.validator.testing.Validators;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real receipts, reviewed and attested by real validators, settled and paid by the contracts. */
final class SettlementIT {
  @TempDir static Path folder;
  private static ChainWorld world;
  private static NetworkContracts network;
  private static Validators validators;
  private static CommitteeClient committee;
  private static GatewaySide gateway;

  @BeforeAll
  static void start() throws Exception {
    world = ChainWorld.start(folder);
    network = world.network();
    validators = Validators.start(world, folder);
    committee = validators.client(Validators.QUICK);
    gateway = new GatewaySide(world, 2);
  }

  @AfterAll
  static void stop() {
    committee.close();
    validators.close();
    world.close();
  }

  private static List<SignedReceipt> receipts(GatewaySide.Live live, int tasks) {
    TestingTasks made = gateway.tasks(live);
    return IntStream.range(0, tasks)
        .mapToObj(i -> i % 4 == 3 ? made.embedding(i, 9) : made.generation(i, 5 + i, 3 + i))
        .toList();
  }

  private static BigInteger balance(Address account) {
    return network.token().balanceOf(account).on(world.chain());
  }

  private static NotAgreedException failure(SettlementBatch batch) {
    return catchThrowableOfType(NotAgreedException.class, () -> committee.reviewAndAttest(batch));
  }

  private static void assertBad(GatewaySide.Live live, SettlementBatch.Part bad, String reason) {
    NotAgreedException failure = failure(gateway.batch(bad));
    assertThat(failure).as("agreed to what should be %s", reason).isNotNull();
    assertThat(failure.badSessions()).hasSize(1);
    BadSession session = failure.badSessions().getFirst();
    assertThat(session.sessionId()).isEqualTo(live.brief().sessionId());
    assertThat(session.members()).isGreaterThanOrEqualTo(3);
    assertThat(session.reason()).startsWith(reason);
  }

  @Test
  void shouldSettleAndPayToTheWei() throws Exception {
    withdrawAll();
    BigInteger clientBefore = balance(world.client().address());
    BigInteger escrowBefore = balance(network.payment().address());
    GatewaySide.Live one = gateway.open(committee, 3, 2);
    GatewaySide.Live two = gateway.open(committee, 2, 1);
    GatewaySide.Live idle = gateway.open(committee, 1, 1);
    world.send(world.client(), network.sessions().close(ChainTerms.forSession(two.brief())));
    SettlementBatch batch =
        gateway.batch(
            gateway.part(one, receipts(one, 9)),
            gateway.part(two, receipts(two, 5)),
            gateway.part(idle, List.of()));
    Quorum quorum = committee.reviewAndAttest(batch);
    assertThat(quorum.seatsBits().bitCount()).isGreaterThanOrEqualTo(3);
    gateway.settle(batch, quorum);

    world.advance(Duration.ofDays(2));
    List<SettlementClaim> claims =
        batch.sessions().stream().map(SettlementBatch.Part::claim).toList();
    List<Settlement> settlements =
        claims.stream().map(claim -> claim.split().settlement()).toList();
    world.send(
        world.client(),
        network
            .payment()
            .finalize_(
                claims.stream().map(claim -> ChainTerms.forPayment(claim.brief())).toList(),
                settlements.stream().map(ChainTerms::forPayment).toList()));

    BigInteger spent =
        claims.stream()
            .map(claim -> claim.split().spentWei())
            .reduce(BigInteger.ZERO, BigInteger::add);
    assertThat(spent).isPositive();
    BigInteger gained = withdrawAll();
    assertThat(clientBefore.subtract(balance(world.client().address()))).isEqualTo(spent);
    assertThat(gained).isEqualTo(spent);
    assertThat(balance(network.payment().address())).isEqualTo(escrowBefore);
  }

  /** Everybody fetches what is theirs; what all but the client got. */
  private static BigInteger withdrawAll() {
    List<Address> payees = new ArrayList<>(List.of(ChainWorld.TREASURY, world.client().address()));
    payees.add(world.gateway().owner().address());
    world.nodes().forEach(node -> payees.add(node.owner().address()));
    world.validators().forEach(validator -> payees.add(validator.owner().address()));
    BigInteger gained = BigInteger.ZERO;
    for (Address payee : payees) {
      BigInteger before = balance(payee);
      if (network.payment().credits(payee).on(world.chain()).signum() > 0) {
        world.send(world.client(), network.payment().withdraw(payee));
      }
      if (!payee.equals(world.client().address())) {
        gained = gained.add(balance(payee).subtract(before));
      }
    }
    return gained;
  }

  @Test
  void shouldRefuseClaimsThatReceiptsDoNotBear() throws Exception {
    GatewaySide.Live live = gateway.open(committee, 3, 2);
    List<SignedReceipt> receipts = receipts(live, 4);
    SettlementClaim right = gateway.part(live, receipts).claim();
    Digest root = right.receiptsRoot();
    List<BigInteger> earned = right.earnedWei();
    List<BigInteger> inflated = new ArrayList<>(earned);
    inflated.set(0, inflated.getFirst().add(BigInteger.ONE));

    assertBad(live, gateway.part(live, root, 4, inflated, receipts), "WRONG_EARNED");
    assertBad(live, gateway.part(live, root, 5, earned, receipts), "WRONG_TASKS");
    assertBad(live, gateway.part(live, root, 4, earned, receipts.subList(0, 3)), "WRONG_TASKS");
    SettlementClaim fewer = gateway.part(live, receipts.subList(0, 3)).claim();
    assertBad(
        live, gateway.part(live, root, 3, fewer.earnedWei(), receipts.subList(0, 3)), "WRONG_ROOT");
    List<SignedReceipt> twice = new ArrayList<>(receipts);
    twice.add(receipts.getFirst());
    assertBad(live, gateway.part(live, root, 5, earned, twice), "TASK_TWICE");
    SignedReceipt forged =
        new SignedReceipt(receipts.getFirst().receipt(), receipts.getLast().signature());
    assertBad(live, gateway.part(live, root, 4, earned, List.of(forged)), "CHECK_FAILED");
    SignedReceipt dear =
        gateway
            .tasks(live)
            .priced(receipts.getFirst(), ChainWorld.INPUT_WEI, ChainWorld.OUTPUT_WEI.shiftLeft(1));
    assertBad(live, gateway.part(live, root, 4, earned, List.of(dear)), "WRONG_PRICE");
    assertBad(live, new SettlementBatch.Part(right, List.of("{\"receipt\":{}}")), "NOT_A_RECEIPT");

    // Nobody signed any of it, so the right claim passes in the same batch.
    SettlementBatch batch = gateway.batch(gateway.part(live, receipts));
    gateway.settle(batch, committee.reviewAndAttest(batch));
  }

  @Test
  void shouldRefuseASessionThatIsNotOpenYet() throws Exception {
    OpeningProposal proposal = gateway.proposal(2, 1);
    CommitteeClient.Approval approval = committee.approveOpening(proposal);
    GatewaySide.Live early =
        new GatewaySide.Live(proposal.terms(), approval.brief(), approval.tail());
    assertBad(early, gateway.part(early, List.of()), "WRONG_PHASE");
  }

  @Test
  void shouldLetTheRestBeSettledWhenASessionHasEndedMeanwhile() throws Exception {
    GatewaySide.Live good = gateway.open(committee, 2, 1);
    GatewaySide.Live ended = gateway.open(committee, 2, 1);
    SettlementBatch batch =
        gateway.batch(
            gateway.part(good, receipts(good, 2)), gateway.part(ended, receipts(ended, 3)));
    var _ = committee.reviewAndAttest(batch);
    world.send(
        world.gateway().operator(), network.payment().fail(ChainTerms.forPayment(ended.brief())));
    // What some signed stays the content of the batch, so the others must be able to sign it still.
    validators.restart();
    Quorum quorum = committee.reviewAndAttest(batch);
    BigInteger validatorsWei = batch.sessions().getFirst().claim().split().validatorsWei();
    List<InferencePayment.Event> events =
        gateway.settle(batch, quorum).logs().stream()
            .flatMap(log -> InferencePayment.event(log).stream())
            .toList();
    assertThat(events)
        .filteredOn(InferencePayment.SkippedEvent.class::isInstance)
        .singleElement()
        .isInstanceOfSatisfying(
            InferencePayment.SkippedEvent.class,
            skipped ->
                assertThat(ChainTerms.sessionId(skipped.sessionId()))
                    .isEqualTo(ended.brief().sessionId()));
    BigInteger signers = BigInteger.valueOf(quorum.seatsBits().bitCount());
    assertThat(events)
        .filteredOn(InferencePayment.BatchSettledEvent.class::isInstance)
        .singleElement()
        .isInstanceOfSatisfying(
            InferencePayment.BatchSettledEvent.class,
            settled ->
                assertThat(settled.validatorsWei())
                    .isEqualTo(validatorsWei.divide(signers).multiply(signers)));
  }

  @Test
  void shouldNameTheSessionToLeaveOut() throws Exception {
    GatewaySide.Live good = gateway.open(committee, 2, 1);
    GatewaySide.Live bad = gateway.open(committee, 2, 1);
    SettlementBatch.Part fine = gateway.part(good, receipts(good, 2));
    SettlementClaim claim = gateway.part(bad, receipts(bad, 2)).claim();
    SettlementBatch.Part wrong =
        gateway.part(bad, claim.receiptsRoot(), 2, claim.earnedWei(), receipts(bad, 1));
    NotAgreedException failure = failure(gateway.batch(fine, wrong));
    assertThat(failure.badSessions())
        .extracting(BadSession::sessionId)
        .containsExactly(bad.brief().sessionId());
    SettlementBatch without = gateway.batch(fine);
    gateway.settle(without, committee.reviewAndAttest(without));
  }

  @Test
  void shouldSignOneContentForABatchAlsoAfterARestart() throws Exception {
    GatewaySide.Live live = gateway.open(committee, 2, 1);
    GatewaySide.Live late = gateway.open(committee, 2, 1);
    SettlementBatch first = gateway.batch(gateway.part(live, receipts(live, 2)));
    var _ = committee.reviewAndAttest(first);
    SettlementBatch other = gateway.batch(gateway.part(late, receipts(late, 2)));
    assertThat(other.batch()).isEqualTo(first.batch());

    assertThat(failure(other)).hasMessageContaining(Reason.ALREADY_SIGNED_OTHER.name());
    validators.restart();
    assertThat(failure(other)).hasMessageContaining(Reason.ALREADY_SIGNED_OTHER.name());
    Quorum again = committee.reviewAndAttest(first);
    assertThat(gateway.settle(first, again).succeeded()).isTrue();
    SettlementBatch next = gateway.batch(other.sessions().getFirst());
    assertThat(next.batch()).isEqualTo(first.batch() + 1);
    gateway.settle(next, committee.reviewAndAttest(next));
  }

  @Test
  void shouldNotLetAnybodyTakeUpAGatewaysBatch() throws Exception {
    GatewaySide.Live live = gateway.open(committee, 2, 1);
    // Without a receipt the claim adds up, and would pay nobody.
    SettlementBatch nothing = gateway.batch(gateway.part(live, List.of()));
    try (CommitteeClient stranger = validators.client(Validators.QUICK, world.client())) {
      assertThat(
              catchThrowableOfType(
                  NotAgreedException.class, () -> stranger.reviewAndAttest(nothing)))
          .hasMessageContaining(Reason.REFUSED_ASKER.name());
    }
    SettlementBatch right = gateway.batch(gateway.part(live, receipts(live, 2)));
    assertThat(right.batch()).isEqualTo(nothing.batch());
    gateway.settle(right, committee.reviewAndAttest(right));
  }

  @Test
  void shouldRefuseABatchThatIsNotTheNext() throws Exception {
    GatewaySide.Live live = gateway.open(committee, 2, 1);
    SettlementBatch next = gateway.batch(gateway.part(live, receipts(live, 1)));
    SettlementBatch later =
        new SettlementBatch(next.gateway(), next.batch() + 1, next.set(), next.sessions());
    assertThat(failure(later)).hasMessageContaining(Reason.REFUSED_BATCH.name());
  }
}

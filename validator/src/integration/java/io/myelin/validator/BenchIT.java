package io.myelin.validator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.myelin.committee.Absences;
import io.myelin.committee.CommitteeClient;
import io.myelin.committee.NotAgreedException;
import io.myelin.committee.Quorum;
import io.myelin.committee.SilenceWatch;
import io.myelin.committee.proposal.OpeningProposal;
import io.myelin.committee.proposal.SettlementBatch;
import io.myelin.contracts.ValidatorRegistry;
import io.myelin.contracts.testing.ChainWorld;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.receipt.SignedReceipt;
import io.myelin.protocol.settlement.Subjects;
import io.myelin.protocol.typeddata.AbsenceVerdict;
import io.myelin.validator.Leadership.Looked;
import io.myelin.validator.testing.GatewaySide;
import io.myelin.validator.testing.GatewaySide.Live;
import io.myelin.validator.testing.Validators;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Silence has a deadline, after which the next in order sits; on a real chain. */
final class BenchIT {
  private static final int VALIDATORS = 8;
  private static final int FIRST = 6;
  private static final int SECOND = 7;

  @TempDir static Path folder;
  private static ChainWorld world;
  private static Validators validators;
  private static CommitteeClient client;

  /** Where all who sit are counted. */
  private static CommitteeClient patient;

  private static GatewaySide gateway;
  private static Absences absences;
  private final Set<Integer> stopped = new HashSet<>();

  @BeforeAll
  static void start() throws Exception {
    world = ChainWorld.start(folder, VALIDATORS, 3);
    validators = Validators.start(world, folder);
    client = validators.client(Validators.QUICK);
    patient = validators.client(Validators.PATIENT);
    gateway = new GatewaySide(world, 1);
    absences = new Absences(client, validators.rollCall(), world.chain(), world.network());
  }

  /** Everybody is there again, and nobody benched, in a window of its own. */
  @AfterEach
  void comeBack() throws Exception {
    client.whenSilent(_ -> {});
    for (int number : stopped) {
      validators.startAgain(number);
    }
    world.advance(Duration.ofMinutes(20));
    // A roll call that has just ended would be the answer for a moment longer.
    validators.forget();
  }

  private void gone(int number) {
    validators.stop(number);
    validators.forget();
    stopped.add(number);
  }

  @AfterAll
  static void stop() {
    client.close();
    patient.close();
    validators.close();
    world.close();
  }

  private static Address owner(int number) {
    return world.validators().get(number).owner().address();
  }

  private static ValidatorRegistry.Validator onChain(int number) {
    return world.network().validators().validatorOf(owner(number)).on(world.chain());
  }

  private static boolean isBenched(int number) {
    return onChain(number).benchedUntil() > world.nowSeconds();
  }

  private static int bench() throws InterruptedException {
    List<Absences.Bench> found = absences.take(Address.ZERO, _ -> true, VALIDATORS);
    found.forEach(one -> world.send(world.gateway().operator(), one.write()));
    return found.size();
  }

  private static List<Address> committee(OpeningProposal proposal) {
    Digest seed =
        io.myelin.protocol.settlement.SessionSeed.of(
                proposal.terms().request().nonce(), proposal.terms().gatewaySecret())
            .value();
    return world
        .network()
        .validators()
        .committee(seed, proposal.terms().validatorSet())
        .on(world.chain());
  }

  private static void openAndSettle() throws Exception {
    boolean moved = false;
    List<SettlementBatch.Part> parts = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      OpeningProposal proposal = gateway.proposal(2, 1);
      List<Address> seats = committee(proposal);
      assertThat(seats.stream().filter(seat -> !seat.isZero()).distinct()).hasSize(5);
      assertThat(seats).doesNotContain(owner(FIRST), owner(SECOND));
      moved |= seats.size() > 5;
      CommitteeClient.Approval approval = patient.approveOpening(proposal);
      assertThat(approval.quorum().seatsBits().bitCount()).isEqualTo(5);
      Live live = gateway.open(client, proposal);
      List<SignedReceipt> receipts = List.of(gateway.tasks(live).generation(1, 10, 5));
      parts.add(gateway.part(live, receipts));
    }
    assertThat(moved).isTrue();
    SettlementBatch batch = gateway.batch(parts.toArray(SettlementBatch.Part[]::new));
    Quorum quorum = patient.reviewAndAttest(batch);
    assertThat(quorum.seatsBits().bitCount()).isEqualTo(5);
    assertThat(gateway.settle(batch, quorum).succeeded()).isTrue();
  }

  @Test
  void shouldSeatTheNextInOrderForWhoIsSilentForGood() throws Exception {
    assertThat(bench()).isZero();
    gone(FIRST);
    gone(SECOND);
    assertThat(bench()).isEqualTo(2);
    assertThat(isBenched(FIRST)).isTrue();
    assertThat(isBenched(SECOND)).isTrue();
    // Said once a window, and not again while it holds.
    assertThat(bench()).isZero();

    openAndSettle();

    validators.startAgain(FIRST);
    stopped.remove(FIRST);
    try (Leadership back = leadership(FIRST)) {
      world.anvil().fund(world.validators().get(FIRST).address(), ChainWorld.ether(1));
      assertThat(back.present()).isEqualTo(Looked.SENT);
      // What was sent may still wait for its block.
      world.anvil().cheats().mine(1);
      assertThat(isBenched(FIRST)).isFalse();
      assertThat(back.present()).isEqualTo(Looked.NOT_DUE);
    }
    world.advance(Duration.ofMinutes(15));
    assertThat(isBenched(SECOND)).as("its time is over").isFalse();
    Digest subject = Subjects.configSubject(world.subnetId(), 99);
    assertThat(
            world
                .network()
                .validators()
                .committeeFor(subject, world.set(), Address.ZERO)
                .on(world.chain()))
        .hasSize(5);
    assertThat(onChain(SECOND).benches()).isPositive();
  }

  private static Leadership leadership(int number) {
    return new Leadership(
        world.chain(), world.network(), world.validators().get(number).operator());
  }

  @Test
  void shouldLetTheGatewayWhoseCommitteeWasSilentSeeToIt() throws Exception {
    gone(SECOND);
    LinkedBlockingQueue<Absences.Bench> asked = new LinkedBlockingQueue<>();
    try (SilenceWatch watch = new SilenceWatch(absences, asked::add)) {
      client.whenSilent(watch::heard);
      for (int i = 0; i < 20 && asked.isEmpty(); i++) {
        OpeningProposal proposal = gateway.proposal(1, 1);
        if (committee(proposal).contains(owner(SECOND))) {
          // The session opens all the same: four of five answer.
          gateway.open(client, proposal);
          break;
        }
      }
      Absences.Bench bench = asked.poll(30, TimeUnit.SECONDS);
      assertThat(bench).isNotNull();
      assertThat(bench.owner()).isEqualTo(owner(SECOND));
      world.send(world.gateway().operator(), bench.write());
    }
    assertThat(isBenched(SECOND)).isTrue();
  }

  @Test
  void shouldLetTheLeaderOfTheWindowCallTheRoll() throws Exception {
    gone(FIRST);
    // To the beginning of a window: late in one everybody's turn has come.
    long window = AbsenceVerdict.WINDOW_SECONDS;
    world.advance(Duration.ofSeconds(2 * window - world.nowSeconds() % window));
    List<Looked> came = new ArrayList<>();
    for (int heartbeats = 0; heartbeats < 5 && !isBenched(FIRST); heartbeats++) {
      for (int i : whoseTurnIsLastFirst()) {
        if (i == FIRST || isBenched(FIRST)) {
          continue;
        }
        world.anvil().fund(world.validators().get(i).address(), ChainWorld.ether(1));
        try (Leadership one = leadership(i)) {
          came.add(
              one.look(
                  new RollCallWatch(
                      world.chain(),
                      world.network(),
                      absences,
                      world.validators().get(i).address()),
                  0));
        }
      }
      world.advance(Leadership.HEARTBEAT);
    }
    assertThat(isBenched(FIRST)).isTrue();
    assertThat(came).containsOnlyOnce(Looked.SENT);
    assertThat(came).contains(Looked.NOT_MINE);
  }

  private static List<Integer> whoseTurnIsLastFirst() throws InterruptedException {
    RollCallWatch watch =
        new RollCallWatch(
            world.chain(), world.network(), absences, world.validators().get(SECOND).address());
    List<Watch.Due> due = watch.due(world.nowSeconds() * 1_000);
    assertThat(due).isNotEmpty();
    List<Address> order;
    try (Leadership any = leadership(SECOND)) {
      order =
          any.leaders(world.network().validators().setVersion().on(world.chain()))
              .order(due.getFirst().duty());
    }
    List<Integer> numbers = new ArrayList<>();
    for (Address owner : order.reversed()) {
      for (int i = 0; i < VALIDATORS; i++) {
        if (owner.equals(owner(i))) {
          numbers.add(i);
        }
      }
    }
    return numbers;
  }

  @Test
  void shouldNotBenchWhoAnswers() {
    long window = AbsenceVerdict.windowOf(world.nowSeconds());
    assertThatThrownBy(() -> client.cases().absence(owner(SECOND), window))
        .isInstanceOf(NotAgreedException.class)
        .hasMessageContaining("said REFUSED_ABSENCE");
    assertThatThrownBy(() -> client.cases().absence(owner(SECOND), window - 2))
        .isInstanceOf(NotAgreedException.class)
        .hasMessageContaining("REFUSED_ABSENCE");
    assertThat(isBenched(SECOND)).isFalse();
  }

  @Test
  void shouldSettleWhatWasSignedBeforeAMemberWasBenched() throws Exception {
    Live live = gateway.open(client, 1, 1);
    SettlementBatch batch =
        gateway.batch(gateway.part(live, List.of(gateway.tasks(live).generation(1, 10, 5))));
    Quorum quorum = patient.reviewAndAttest(batch);
    assertThat(quorum.seatsBits().bitCount()).isEqualTo(5);
    List<Address> members =
        world
            .network()
            .validators()
            .committeeFor(
                Subjects.batchSubject(world.gateway().address(), batch.batch()),
                batch.set(),
                Address.ZERO)
            .on(world.chain());
    int gone = validators.of(members.getFirst());
    gone(gone);
    assertThat(bench()).isEqualTo(1);
    assertThat(isBenched(gone)).isTrue();
    // Another asking goes to the next in order, whose word counts as well.
    Quorum again = client.reviewAndAttest(batch);
    assertThat(again.seatsBits().testBit(0)).isFalse();
    assertThat(again.seatsBits().testBit(5)).isTrue();
    assertThat(gateway.settle(batch, quorum).succeeded()).isTrue();
  }
}

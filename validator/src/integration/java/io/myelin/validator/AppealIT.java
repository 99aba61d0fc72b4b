package io.myelin.validator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.StatusRuntimeException;
import io.myelin.chain.RevertReason;
import io.myelin.committee.CommitteeClient;
import io.myelin.committee.MemberAnswer;
import io.myelin.committee.NotAgreedException;
import io.myelin.committee.Quorum;
import io.myelin.committee.opening.NodeRecordReader;
import io.myelin.committee.opening.Suspensions;
import io.myelin.committee.wire.Fields;
import io.myelin.contracts.NodePool;
import io.myelin.contracts.testing.ChainWorld;
import io.myelin.engine.check.WorkChecker;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.reputation.Reputation;
import io.myelin.protocol.settlement.FraudCut;
import io.myelin.protocol.settlement.Subjects;
import io.myelin.protocol.typeddata.NodeVerdict;
import io.myelin.protocol.work.WorkFinding;
import io.myelin.v1.JudgeAppealRequest;
import io.myelin.validator.Leadership.Looked;
import io.myelin.validator.testing.GatewaySide;
import io.myelin.validator.testing.ShownWork;
import io.myelin.validator.testing.Validators;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Verdicts of fraud that are appealed: eight validators, of which three sign whatever is asked. */
final class AppealIT {
  private static final String HONEST = "honest";
  private static final String LIE = "liar";
  private static final String UNKNOWN = "unknown";
  private static final int VALIDATORS = 8;
  private static final List<Integer> COLLUDING = List.of(5, 6, 7);
  private static final int UNQUALIFIED = 1;
  private static final int SUSPENDED = 3;
  private static final BigInteger STAKE = ChainWorld.ether(100);
  private static final BigInteger CUT = ChainWorld.ether(30);

  /** What the scripted model says of evidence, by its class. */
  private static final WorkChecker MODEL =
      (_, evidence) ->
          CompletableFuture.completedFuture(
              switch (evidence.getEquivalenceClass()) {
                case LIE -> new WorkFinding.Lie(WorkFinding.Kind.LOGPROBS, 0, "as scripted");
                case UNKNOWN -> new WorkFinding.Undecided("as scripted");
                default -> new WorkFinding.Exact(evidence.getTokensCount());
              });

  @TempDir Path folder;
  private ChainWorld world;
  private Validators validators;
  private CommitteeClient committee;
  private GatewaySide.Live live;

  @BeforeEach
  void start() throws Exception {
    world = ChainWorld.start(folder, VALIDATORS, 2);
    ValidatorFault[] faults = new ValidatorFault[VALIDATORS];
    for (int i = 0; i < VALIDATORS; i++) {
      faults[i] = COLLUDING.contains(i) ? ValidatorFault.YES : ValidatorFault.NONE;
    }
    validators = Validators.start(world, folder, MODEL, faults);
    committee = validators.client(Validators.QUICK);
    live = new GatewaySide(world, 41).open(committee, 2, 1);
  }

  @AfterEach
  void stop() {
    committee.close();
    validators.close();
    world.close();
  }

  /** Work of the session's first node that a committee with all who collude judges. */
  private ShownWork work(String kind) {
    return IntStream.iterate(1, task -> task + 1)
        .mapToObj(task -> ShownWork.of(world, live, kind, task))
        .filter(
            work -> {
              List<Address> members =
                  world
                      .network()
                      .validators()
                      .committeeFor(
                          Subjects.fraudSubject(node(), work.digest(world)),
                          world.set(),
                          Address.ZERO)
                      .on(world.chain());
              return COLLUDING.stream()
                  .map(number -> world.validators().get(number).owner().address())
                  .allMatch(members::contains);
            })
        .findFirst()
        .orElseThrow();
  }

  private Address node() {
    return live.brief().seats().getFirst().node();
  }

  private ChainWorld.Person owner() {
    return world.nodes().stream()
        .filter(one -> one.address().equals(node()))
        .findFirst()
        .orElseThrow();
  }

  private NodePool pool() {
    return world.network().nodes();
  }

  private FraudCut.Phase phase(Digest evidence) {
    return FraudCut.Phase.of(pool().cutOf(node(), evidence).on(world.chain()).phase());
  }

  private BigInteger staked() {
    return pool().bondOf(node()).on(world.chain()).stakedWei();
  }

  private int standing() {
    return (int) pool().nodeOf(node()).on(world.chain()).standing();
  }

  private Digest convict(ShownWork work) throws Exception {
    Digest evidence = work.digest(world);
    Quorum quorum = committee.cases().work(work.record(), evidence);
    world.send(
        world.client(),
        pool().judge(node(), NodeVerdict.FRAUD, evidence, quorum.seatsBits(), quorum.signatures()));
    assertThat(standing()).isEqualTo(SUSPENDED);
    assertThat(staked()).isEqualTo(STAKE.subtract(CUT));
    return evidence;
  }

  private BigInteger appeal(Digest evidence) {
    BigInteger bond = pool().appealBondOf(node(), evidence).on(world.chain());
    world.fund(owner().owner(), pool().address(), bond);
    world.send(owner().owner(), pool().appeal(node(), evidence));
    return bond;
  }

  private void makeSets() {
    for (int i = 0; i < 2; i++) {
      world.advance(Duration.ofMinutes(61));
      world.makeSet();
    }
  }

  private String refused(ShownWork work, boolean overturned) {
    NotAgreedException failure =
        catchThrowableOfType(
            NotAgreedException.class,
            () -> committee.cases().appeal(work.record(), work.digest(world), overturned));
    assertThat(failure).as("agreed to the wrong decision").isNotNull();
    return failure.getMessage()
        + failure.answers().stream()
            .map(MemberAnswer::answer)
            .filter(MemberAnswer.Answer.Refused.class::isInstance)
            .map(MemberAnswer.Answer.Refused.class::cast)
            .map(one -> one.reason() + ": " + one.detail())
            .toList();
  }

  private void decide(ShownWork work, boolean overturned) throws Exception {
    Digest evidence = work.digest(world);
    Quorum quorum = committee.cases().appeal(work.record(), evidence, overturned);
    world.send(
        world.client(),
        pool().decide(node(), evidence, overturned, quorum.seatsBits(), quorum.signatures()));
  }

  private String direct(int validator, ShownWork work) {
    StatusRuntimeException refused =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                validators
                    .stub(validator)
                    .judgeAppeal(
                        JudgeAppealRequest.newBuilder()
                            .setRecord(work.record())
                            .setOverturned(true)
                            .setAskingRound(Fields.bytes(Sha256.hash(new byte[] {9})))
                            .build()));
    return String.valueOf(refused.getStatus().getDescription());
  }

  @Test
  void whoWasWronglyConvictedGetsStakeAndStandingBack() throws Exception {
    ShownWork work = work(HONEST);
    NodeRecordReader records = new NodeRecordReader(world.chain(), world.network(), 0);
    long before = records.asOf(world.set()).weight(node());
    assertThat(before).isEqualTo(Reputation.NEW_WEIGHT);

    // Three that sign unread are a quorum; the two honest members refuse.
    Digest evidence = convict(work);
    assertThat(pool().lockedOf(node()).on(world.chain())).isEqualTo(CUT);
    assertThat(pool().barredOf(node(), evidence).on(world.chain()))
        .containsAll(
            COLLUDING.stream()
                .map(number -> world.validators().get(number).owner().address())
                .toList());
    ChainView view = new ChainView(world.chain(), world.network(), 0);
    Frauds frauds = new Frauds(view);
    frauds.refresh();
    assertThat(frauds.has(evidence)).isTrue();
    assertThat(direct(0, work)).startsWith("REFUSED_APPEAL").contains("LOCKED");

    BigInteger bond = appeal(evidence);
    assertThat(direct(0, work)).startsWith("REFUSED_APPEAL").contains("not made yet");
    assertThat(refused(work, true)).contains("is decided by set 3", "expected: 1 to 1");
    makeSets();
    long convicted = world.set();
    assertThat(records.asOf(convicted).weight(node())).isEqualTo(Reputation.LEAST_WEIGHT);

    // Whose verdict it is does not sit, and nobody else upholds it.
    for (int number : COLLUDING) {
      assertThat(direct(number, work)).startsWith("REFUSED_INTEREST");
    }
    assertThat(refused(work, false)).contains("not upheld", "REFUSED_APPEAL", "found here");

    decide(work, true);
    assertThat(phase(evidence)).isEqualTo(FraudCut.Phase.RETURNED);
    assertThat(staked()).isEqualTo(STAKE);
    assertThat(standing()).isEqualTo(UNQUALIFIED);
    assertThat(pool().credits(owner().owner().address()).on(world.chain())).isEqualTo(bond);
    assertThat(pool().lockedOf(node()).on(world.chain())).isZero();
    assertThat(Suspensions.last(world.chain(), world.network(), 0, node()))
        .isEqualTo(Optional.empty());
    frauds.refresh();
    assertThat(frauds.has(evidence)).isFalse();

    world.judge(owner(), 0);
    assertThat(pool().freeSlots(node()).on(world.chain()).signum()).isPositive();
    world.advance(Duration.ofMinutes(61));
    world.makeSet();
    assertThat(records.asOf(world.set()).weight(node())).isEqualTo(before);
    assertThat(records.asOf(world.set()).of(node()).points()).isZero();
  }

  @Test
  void aCheatsAppealIsInVainAndCostsTheBond() throws Exception {
    ShownWork work = work(LIE);
    Digest evidence = convict(work);
    BigInteger bond = appeal(evidence);
    makeSets();
    assertThat(refused(work, true)).contains("not overturned", "REFUSED_APPEAL", "as scripted");
    assertThat(
            world
                .transactions()
                .refusal(owner().owner(), pool().appeal(node(), evidence))
                .map(RevertReason::text)
                .orElse(""))
        .contains("WrongCut");

    // Other work of the same node is not what it was convicted by.
    ShownWork another = ShownWork.of(world, live, HONEST, 99);
    assertThat(direct(0, another)).startsWith("REFUSED_APPEAL").contains("NONE");

    // Its owner lets the time pass; who checked the work has it upheld.
    world.advance(Duration.ofMinutes(5));
    lookAfterAppeals(whoKeeps(evidence));
    assertThat(phase(evidence)).isEqualTo(FraudCut.Phase.GONE);
    assertThat(staked()).isEqualTo(STAKE.subtract(CUT));
    assertThat(standing()).isEqualTo(SUSPENDED);
    assertThat(pool().credits(owner().owner().address()).on(world.chain())).isZero();
    BigInteger gone = CUT.add(bond);
    BigInteger reward = gone.divide(BigInteger.TEN);
    assertThat(pool().credits(world.client().address()).on(world.chain())).isEqualTo(reward);
    assertThat(pool().credits(ChainWorld.TREASURY).on(world.chain()))
        .isEqualTo(gone.subtract(reward));
  }

  /** One who checked the work when it was judged. */
  private int whoKeeps(Digest evidence) {
    return IntStream.range(0, VALIDATORS)
        .filter(
            number ->
                Files.exists(
                    ValidatorNode.workFile(folder.resolve("validator-" + number), evidence)))
        .findFirst()
        .orElseThrow();
  }

  private void lookAfterAppeals(int number) throws Exception {
    ChainWorld.Person validator = world.validators().get(number);
    world.anvil().fund(validator.address(), ChainWorld.ether(1));
    try (Leadership sender = new Leadership(world.chain(), world.network(), validator.operator());
        AppealVerdicts appeals =
            new AppealVerdicts(
                WorkFiles.open(
                    folder.resolve("validator-" + number).resolve(ValidatorNode.EVIDENCE_FOLDER),
                    world.domain()),
                committee.cases(),
                sender::send,
                world.chain(),
                world.network(),
                0,
                validator.operator())) {
      appeals.look(System.nanoTime());
    }
  }

  @Test
  void whoCannotTellDecidesNothingAndLeadersEndIt() throws Exception {
    ShownWork work = work(UNKNOWN);
    Digest evidence = convict(work);
    BigInteger bond = appeal(evidence);
    makeSets();
    assertThat(refused(work, true)).contains("REFUSED_APPEAL", "as scripted");
    assertThat(refused(work, false)).contains("REFUSED_APPEAL", "as scripted");

    List<Watch> watches =
        world.validators().stream()
            .map(_ -> (Watch) new CutWatch(world.chain(), world.network(), 0))
            .toList();
    for (ChainWorld.Person validator : world.validators()) {
      world.anvil().fund(validator.address(), ChainWorld.ether(1));
    }
    assertThat(look(watches)).containsOnly(Looked.NOT_DUE);
    world.advance(Duration.ofDays(3));
    // Those who are paid have ten minutes to ask for it themselves.
    assertThat(look(watches)).containsOnly(Looked.NOT_DUE);
    world.advance(Duration.ofDays(1));
    assertThat(look(watches)).containsOnlyOnce(Looked.SENT);
    assertThat(phase(evidence)).isEqualTo(FraudCut.Phase.GONE);
    assertThat(look(watches)).containsOnly(Looked.NOT_DUE);
    assertThat(pool().credits(owner().owner().address()).on(world.chain())).isEqualTo(bond);
    assertThat(pool().credits(world.client().address()).on(world.chain()))
        .isEqualTo(ChainWorld.ether(3));
  }

  private List<Looked> look(List<Watch> watches) throws InterruptedException {
    List<Looked> came = new ArrayList<>();
    for (int i = 0; i < watches.size(); i++) {
      try (Leadership one =
          new Leadership(world.chain(), world.network(), world.validators().get(i).operator())) {
        came.add(one.look(watches.get(i), 0));
      }
    }
    // What the last of them sent may still wait for its block.
    world.anvil().cheats().mine(1);
    return came;
  }

  /** The rule that leaders and commands go by is the contract's. */
  @Test
  void javaKnowsTheContractsRule() throws Exception {
    ShownWork work = work(LIE);
    Digest evidence = convict(work);
    assertRule(evidence);
    world.advance(Duration.ofHours(30));
    appeal(evidence);
    assertRule(evidence);
    makeSets();
    assertRule(evidence);
    BigInteger until = pool().cutOpenUntil(node(), evidence).on(world.chain());
    world.advance(Duration.ofSeconds(until.longValueExact() - world.nowSeconds() - 10));
    assertThat(world.transactions().refusal(world.client(), pool().finalizeCut(node(), evidence)))
        .hasValueSatisfying(reason -> assertThat(reason.text()).contains("CutOpen"));
    world.advance(Duration.ofSeconds(10));
    world.send(world.client(), pool().finalizeCut(node(), evidence));
    assertRule(evidence);
  }

  private void assertRule(Digest evidence) {
    NodePool.Cut cut = pool().cutOf(node(), evidence).on(world.chain());
    FraudCut rule =
        new FraudCut(
            FraudCut.Phase.of(cut.phase()),
            cut.stakedWei().add(cut.unbondingWei()),
            cut.since(),
            cut.judgedBy());
    long madeAt = world.network().validators().madeAt(cut.judgedBy()).on(world.chain());
    assertThat(pool().cutOpenUntil(node(), evidence).on(world.chain()).longValueExact())
        .isEqualTo(rule.openUntil(madeAt).orElse(0));
    assertThat(pool().appealBondOf(node(), evidence).on(world.chain()))
        .isEqualTo(rule.bondWei(ChainWorld.ether(100)));
    assertThat(pool().FRAUD_BPS().on(world.chain()).longValueExact()).isEqualTo(FraudCut.FRAUD_BPS);
  }
}

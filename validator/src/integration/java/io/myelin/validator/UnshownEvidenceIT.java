package io.myelin.validator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.StatusRuntimeException;
import io.myelin.committee.CommitteeClient;
import io.myelin.committee.MemberAnswer;
import io.myelin.committee.NotAgreedException;
import io.myelin.committee.Quorum;
import io.myelin.committee.wire.Fields;
import io.myelin.contracts.NodePool;
import io.myelin.contracts.testing.ChainWorld;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.settlement.FraudCut;
import io.myelin.protocol.settlement.Subjects;
import io.myelin.protocol.work.Charge;
import io.myelin.protocol.work.SignedWork;
import io.myelin.v1.JudgeAppealRequest;
import io.myelin.v1.JudgeWorkRequest;
import io.myelin.validator.testing.GatewaySide;
import io.myelin.validator.testing.ShownWork;
import io.myelin.validator.testing.Validators;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Verdicts of fraud that three of eight sign, by evidence that exists or not. The others have no
 * copy of the model: what they know of the evidence is that somebody brought it.
 */
final class UnshownEvidenceIT {
  private static final int VALIDATORS = 8;
  private static final BigInteger STAKE = ChainWorld.ether(100);
  private static final BigInteger CUT = ChainWorld.ether(30);
  private static final String FULL = "BUSY: more than 4 at once";
  private static final Digest MADE_UP = Sha256.hash(new byte[] {1, 2, 3});

  @TempDir Path folder;
  private ChainWorld world;
  private Validators validators;
  private CommitteeClient committee;
  private GatewaySide.Live live;

  @BeforeEach
  void start() throws Exception {
    world = ChainWorld.start(folder, VALIDATORS, 2);
    validators = Validators.start(world, folder);
    committee = validators.client(Validators.QUICK);
    live = new GatewaySide(world, 61).open(committee, 2, 1);
  }

  @AfterEach
  void stop() {
    committee.close();
    validators.close();
    world.close();
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

  private BigInteger staked() {
    return pool().bondOf(node()).on(world.chain()).stakedWei();
  }

  private long untilSeconds(Digest evidence) {
    return pool().cutOpenUntil(node(), evidence).on(world.chain()).longValueExact();
  }

  private List<Address> barred(Digest evidence) {
    return pool().barredOf(node(), evidence).on(world.chain());
  }

  /** A quorum signs, the owner appeals, and the set that decides is made. */
  private BigInteger convictAndAppeal(Digest evidence) {
    world.convict(owner(), evidence);
    BigInteger bond = pool().appealBondOf(node(), evidence).on(world.chain());
    world.fund(owner().owner(), pool().address(), bond);
    world.send(owner().owner(), pool().appeal(node(), evidence));
    for (int i = 0; i < 2; i++) {
      world.advance(Duration.ofMinutes(61));
      world.makeSet();
    }
    return bond;
  }

  /** Half of the time to decide is over, and validators have heard what there is to hear. */
  private void letHalfPass(Digest evidence) {
    long halfSeconds = untilSeconds(evidence) - 36 * 3_600;
    world.advance(Duration.ofSeconds(halfSeconds - world.nowSeconds() + 1));
    validators.age(Duration.ofMinutes(61));
  }

  private String refused(Digest evidence) {
    NotAgreedException failure =
        catchThrowableOfType(
            NotAgreedException.class, () -> committee.cases().appealUnshown(node(), evidence));
    assertThat(failure).as("a verdict was overturned that must stand").isNotNull();
    return failure.getMessage()
        + failure.answers().stream()
            .map(MemberAnswer::answer)
            .filter(MemberAnswer.Answer.Refused.class::isInstance)
            .map(MemberAnswer.Answer.Refused.class::cast)
            .map(one -> one.reason() + ": " + one.detail())
            .toList();
  }

  private String direct(int validator, JudgeAppealRequest request) {
    StatusRuntimeException refused =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                validators
                    .stub(validator)
                    .judgeAppeal(
                        request.toBuilder()
                            .setAskingRound(Fields.bytes(Sha256.hash(new byte[] {9})))
                            .build()));
    return String.valueOf(refused.getStatus().getDescription());
  }

  private JudgeAppealRequest unshown(Digest evidence) {
    return JudgeAppealRequest.newBuilder()
        .setNode(Fields.bytes(node()))
        .setEvidenceDigest(Fields.bytes(evidence))
        .setOverturned(true)
        .build();
  }

  private void overturn(Digest evidence) throws Exception {
    Quorum quorum = committee.cases().appealUnshown(node(), evidence);
    world.send(
        world.client(),
        pool().decide(node(), evidence, true, quorum.seatsBits(), quorum.signatures()));
  }

  @Test
  void shouldOverturnAVerdictByEvidenceThatIsMadeUp() throws Exception {
    BigInteger bond = convictAndAppeal(MADE_UP);
    assertThat(staked()).isEqualTo(STAKE.subtract(CUT));
    validators.age(Duration.ofMinutes(61));
    assertThat(refused(MADE_UP))
        .contains("not overturned", "REFUSED_APPEAL", "may still be brought: wait until");
    assertThat(staked()).isEqualTo(STAKE.subtract(CUT));

    letHalfPass(MADE_UP);
    for (Address one : barred(MADE_UP).subList(0, 3)) {
      assertThat(direct(validators.of(one), unshown(MADE_UP))).startsWith("REFUSED_INTEREST");
    }
    overturn(MADE_UP);
    assertThat(FraudCut.Phase.of(pool().cutOf(node(), MADE_UP).on(world.chain()).phase()))
        .isEqualTo(FraudCut.Phase.RETURNED);
    assertThat(staked()).isEqualTo(STAKE);
    assertThat(pool().credits(owner().owner().address()).on(world.chain())).isEqualTo(bond);
  }

  @Test
  void shouldWaitUntilAValidatorCanHaveHeard() throws Exception {
    var _ = convictAndAppeal(MADE_UP);
    letHalfPass(MADE_UP);
    // All begin anew, and have heard nothing yet.
    validators.restart();
    assertThat(refused(MADE_UP)).contains("REFUSED_APPEAL", "may not have heard of the evidence");
    validators.age(Duration.ofMinutes(59));
    assertThat(refused(MADE_UP)).contains("may not have heard of the evidence");
    validators.age(Duration.ofMinutes(1));
    overturn(MADE_UP);
    assertThat(staked()).isEqualTo(STAKE);
  }

  @Test
  void shouldNotOverturnWhatWasBroughtOnce() throws Exception {
    ShownWork work = ShownWork.of(world, live, "liar", 1);
    Digest evidence = work.digest(world);
    var _ = convictAndAppeal(evidence);
    bringOnce(work);
    letHalfPass(evidence);
    assertThat(refused(evidence)).contains("REFUSED_APPEAL", "the evidence was brought");

    validators.restart();
    validators.age(Duration.ofMinutes(61));
    assertThat(refused(evidence)).contains("REFUSED_APPEAL", "the evidence was brought");
    assertThat(staked()).isEqualTo(STAKE.subtract(CUT));

    // Who brings it cannot hide it from whom it convicts.
    try (CommitteeClient asker = validators.client(Validators.QUICK, owner().owner())) {
      assertThat(asker.evidence().read(node(), evidence).charge())
          .contains(Charge.of(SignedWork.of(work.record(), world.domain())));
    }
  }

  private void bringOnce(ShownWork work) {
    NotAgreedException failure =
        catchThrowableOfType(
            NotAgreedException.class,
            () -> committee.cases().appeal(work.record(), work.digest(world), false));
    assertThat(failure.answers()).hasSize(5);
  }

  @Test
  void shouldRememberOnlyWhatAnOpenVerdictNames() throws Exception {
    ShownWork work = ShownWork.of(world, live, "liar", 1);
    ShownWork another = ShownWork.of(world, live, "liar", 2);
    Digest evidence = work.digest(world);
    for (int number = 0; number < VALIDATORS; number++) {
      assertThat(direct(number, shown(work))).startsWith("REFUSED_APPEAL").contains("NONE");
    }
    var _ = convictAndAppeal(evidence);
    for (int number = 0; number < VALIDATORS; number++) {
      assertThat(direct(number, shown(another))).startsWith("REFUSED_APPEAL").contains("NONE");
    }
    assertThat(kept(evidence)).isZero();
    bringOnce(work);
    assertThat(kept(evidence)).isEqualTo(5);
    assertThat(kept(another.digest(world))).isZero();
    // Also who has no say remembers: who has is another, once somebody is benched.
    for (int number = 0; number < VALIDATORS; number++) {
      assertThat(direct(number, shown(work))).isNotEmpty();
    }
    assertThat(kept(evidence)).isEqualTo(VALIDATORS);
  }

  /** Who fills the places for checks keeps no evidence from a member. */
  @Test
  void shouldKeepWhatIsBroughtToABusyMember() throws Exception {
    validators.close();
    validators = Validators.start(world, folder, (_, _) -> new CompletableFuture<>());
    ShownWork slow = judgedBy(0);
    CompletableFuture<?>[] asked =
        IntStream.range(0, 5)
            .mapToObj(
                _ ->
                    CompletableFuture.supplyAsync(
                        () -> judgeWork(0, slow), Thread::startVirtualThread))
            .toArray(CompletableFuture<?>[]::new);
    // Four wait for the model, which never answers; one is told at once.
    assertThat(CompletableFuture.anyOf(asked).get()).asString().startsWith(FULL);
    ShownWork work = ShownWork.of(world, live, "liar", 1);
    Digest evidence = work.digest(world);
    world.convict(owner(), evidence);
    assertThat(direct(0, shown(work))).startsWith(FULL);
    assertThat(validators.started(0).work().files().has(evidence)).isTrue();
  }

  /** Work that a committee judges in which a validator sits. */
  private ShownWork judgedBy(int number) {
    return IntStream.iterate(2, task -> task + 1)
        .mapToObj(task -> ShownWork.of(world, live, "slow", task))
        .filter(
            work ->
                world
                    .network()
                    .validators()
                    .committeeFor(
                        Subjects.fraudSubject(node(), work.digest(world)),
                        world.set(),
                        Address.ZERO)
                    .on(world.chain())
                    .contains(world.validators().get(number).owner().address()))
        .findFirst()
        .orElseThrow();
  }

  private String judgeWork(int validator, ShownWork work) {
    StatusRuntimeException refused =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                validators
                    .stub(validator)
                    .judgeWork(
                        JudgeWorkRequest.newBuilder()
                            .setRecord(work.record())
                            .setAskingRound(Fields.bytes(Sha256.hash(new byte[] {9})))
                            .build()));
    return String.valueOf(refused.getStatus().getDescription());
  }

  private int kept(Digest evidence) {
    int many = 0;
    for (int number = 0; number < VALIDATORS; number++) {
      many += validators.started(number).work().files().has(evidence) ? 1 : 0;
    }
    return many;
  }

  /** One who decides: of eight all five that have no part in the verdict. */
  private int seated(Digest evidence) {
    return IntStream.range(0, VALIDATORS)
        .filter(
            number -> !barred(evidence).contains(world.validators().get(number).owner().address()))
        .findFirst()
        .orElseThrow();
  }

  private static JudgeAppealRequest shown(ShownWork work) {
    return JudgeAppealRequest.newBuilder().setRecord(work.record()).setOverturned(true).build();
  }

  @Test
  void shouldRefuseToUpholdWithoutEvidence() {
    var _ = convictAndAppeal(MADE_UP);
    letHalfPass(MADE_UP);
    int seated = seated(MADE_UP);
    assertThat(direct(seated, unshown(MADE_UP).toBuilder().setOverturned(false).build()))
        .startsWith("MALFORMED")
        .contains("overturned");
    assertThat(direct(seated, unshown(MADE_UP).toBuilder().clearNode().build()))
        .startsWith("MALFORMED")
        .contains("node");
  }
}

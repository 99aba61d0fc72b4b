package io.myelin.validator;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.chain.Bytes;
import io.myelin.chain.RevertReason;
import io.myelin.chain.abi.ContractWrite;
import io.myelin.committee.CommitteeClient;
import io.myelin.committee.NotAgreedException.BadSession;
import io.myelin.committee.proposal.SettlementBatch;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.contracts.testing.ChainWorld;
import io.myelin.engine.check.WorkChecker;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.receipt.Receipt;
import io.myelin.protocol.receipt.ReceiptNode;
import io.myelin.protocol.receipt.SignedReceipt;
import io.myelin.protocol.settlement.Subjects;
import io.myelin.protocol.settlement.TestingTasks;
import io.myelin.protocol.typeddata.Attestation;
import io.myelin.protocol.typeddata.NodeVerdict;
import io.myelin.protocol.work.VerificationLevel;
import io.myelin.protocol.work.WorkFinding;
import io.myelin.protocol.work.WorkObjection;
import io.myelin.protocol.work.WorkSample;
import io.myelin.v1.ExamineReply.Found;
import io.myelin.validator.testing.GatewaySide;
import io.myelin.validator.testing.ShownWork;
import io.myelin.validator.testing.WorkGround;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node that lied did besides: all of it is looked at before any of it is paid. */
final class LiarsWorkIT {
  private static final String HONEST = "honest";
  private static final String LIE = "liar";
  private static final int MEMBERS = WorkGround.MEMBERS;
  private static final int QUORUM = 3;

  private static final WorkChecker MODEL =
      (_, evidence) ->
          CompletableFuture.completedFuture(
              evidence.getEquivalenceClass().equals(LIE)
                  ? new WorkFinding.Lie(WorkFinding.Kind.LOGPROBS, 0, "as scripted")
                  : new WorkFinding.Exact(evidence.getTokensCount()));

  @TempDir static Path folder;
  private static WorkGround ground;
  private static ChainWorld world;
  private static CommitteeClient committee;

  @BeforeAll
  static void start() throws Exception {
    ground = WorkGround.start(folder, MODEL);
    ground.validators().tellEachOther();
    world = ground.world();
    committee = ground.committee();
  }

  @AfterAll
  static void stop() {
    ground.close();
  }

  private static boolean isWanted(int validator, ShownWork work) {
    return !ground.wanted(validator, work).isEmpty();
  }

  private static ShownWork undrawn(GatewaySide.Live live, String kind, int fromTask) {
    return ShownWork.drawnBy(world, live, kind, List.of(), fromTask);
  }

  private static List<BadSession> objections(SettlementBatch batch) throws Exception {
    return WorkGround.objections(committee, batch);
  }

  private static TaskId task(ShownWork work) {
    return work.receipt().receipt().taskId();
  }

  @Test
  void shouldPayALiarOnlyForWhatIsTrue() throws Exception {
    GatewaySide side = new GatewaySide(world, 53);
    GatewaySide.Live live = ground.acquainted(side, HONEST);
    ShownWork first = undrawn(live, LIE, 1);
    ShownWork second = undrawn(live, LIE, 1_000);
    ShownWork honest = undrawn(live, HONEST, 2_000);
    for (int i = 0; i < MEMBERS; i++) {
      assertThat(isWanted(i, second)).isFalse();
      assertThat(isWanted(i, honest)).isFalse();
    }

    // One finds a lie, and brings it to the others of the committee, which is known by now.
    SettlementBatch all = WorkGround.batch(side, live, first, second, honest);
    ground.show(0, first, Found.FOUND_LIE);
    for (int i = 0; i < MEMBERS; i++) {
      Path kept = ValidatorNode.workFile(folder.resolve("validator-" + i), first.digest(world));
      WorkGround.await(() -> Files.exists(kept));
    }
    assertThat(objections(all).stream().map(BadSession::reason).map(WorkObjection::falseTask))
        .containsExactly(Optional.of(task(first)));

    // Now nothing of the node's is left to luck.
    for (int i = 0; i < MEMBERS; i++) {
      assertThat(isWanted(i, second)).as("validator %d", i).isTrue();
      assertThat(isWanted(i, honest)).as("validator %d", i).isTrue();
    }
    assertThat(objections(WorkGround.batch(side, live, honest)))
        .allMatch(one -> WorkObjection.wantedTask(one.reason()).isPresent());
    for (int i = 0; i < MEMBERS; i++) {
      ground.show(i, second, Found.FOUND_LIE);
      ground.show(i, honest, Found.FOUND_EXACT);
    }
    List<BadSession> told = objections(all);
    assertThat(told.stream().map(one -> WorkObjection.falseTask(one.reason()).orElseThrow()))
        .as("all of it at once")
        .containsExactlyInAnyOrder(task(first), task(second));
    assertThat(told).allMatch(one -> one.members() >= QUORUM);

    SettlementBatch right = WorkGround.batch(side, live, honest);
    assertThat(side.settle(right, committee.reviewAndAttest(right)).succeeded()).isTrue();
  }

  @Test
  void shouldHoldTheChainsVerdictsAgainstReceiptsThatNobodyLookedAt() throws Exception {
    GatewaySide side = new GatewaySide(world, 54);
    GatewaySide.Live live = ground.acquainted(side, HONEST);
    ShownWork judged = undrawn(live, HONEST, 1);
    ShownWork other = undrawn(live, HONEST, 1_000);
    SettlementBatch batch = WorkGround.batch(side, live, judged, other);
    judge(live.brief().seats().getFirst().node(), NodeVerdict.FRAUD, judged.digest(world));
    assertThat(objections(batch).getFirst().reason())
        .startsWith("PROVEN_FALSE: task " + task(judged).hex());

    // That it lied is known by the chain alone, and what else it did is wanted.
    for (int i = 0; i < MEMBERS; i++) {
      assertThat(isWanted(i, other)).isTrue();
      ground.show(i, other, Found.FOUND_EXACT);
    }
    SettlementBatch right = WorkGround.batch(side, live, other);
    assertThat(side.settle(right, committee.reviewAndAttest(right)).succeeded()).isTrue();
  }

  @Test
  void shouldAccuseAgainWhoWasLetIn() throws Exception {
    GatewaySide side = new GatewaySide(world, 56);
    GatewaySide.Live live = ground.acquainted(side, HONEST);
    Address node = live.brief().seats().getFirst().node();
    ShownWork judged = undrawn(live, HONEST, 1);
    SettlementBatch batch = WorkGround.batch(side, live, judged);
    judge(node, NodeVerdict.FRAUD, judged.digest(world));
    // With this review they know that it is out; that it is in again nobody tells them.
    assertThat(objections(batch)).isNotEmpty();
    judge(node, NodeVerdict.REINSTATED, judged.digest(world));

    ShownWork lie = undrawn(live, LIE, 1_000);
    ground.show(0, lie, Found.FOUND_LIE);
    for (int i = 0; i < MEMBERS; i++) {
      Path kept = ValidatorNode.workFile(folder.resolve("validator-" + i), lie.digest(world));
      WorkGround.await(() -> Files.exists(kept));
    }
  }

  @Test
  void shouldAttestTheOthersPayForATaskWhosePrimaryLied() throws Exception {
    GatewaySide side = new GatewaySide(world, 57);
    GatewaySide.Live live = side.open(committee, 2, 2);
    SignedReceipt both = undrawn(side.tasks(live));
    ReceiptNode primary = both.receipt().nodes().getFirst();
    ReceiptNode witness = both.receipt().nodes().getLast();
    judge(primary.address(), NodeVerdict.FRAUD, WorkSample.work(primary));
    assertThat(objections(side.batch(side.part(live, List.of(both)))).getFirst().reason())
        .startsWith("PROVEN_FALSE: task " + both.receipt().taskId().hex());

    SignedReceipt again =
        SignedReceipt.sign(
            world.gateway().operator(), both.receipt().without(primary.address()).orElseThrow());
    SettlementBatch right = side.batch(side.part(live, List.of(again)));
    assertThat(side.settle(right, committee.reviewAndAttest(right)).succeeded()).isTrue();
    List<BigInteger> earned = right.sessions().getFirst().claim().earnedWei();
    assertThat(earned.get(live.brief().seatOf(primary.address()))).isZero();
    assertThat(earned.get(live.brief().seatOf(witness.address())))
        .isEqualTo(witness.priceWei())
        .isPositive();
    // Nor do both receipts together cost the gateway its bond, whoever shows them.
    assertThat(refusal(both, again)).isEqualTo("BadEvidence");
    Receipt last = both.receipt();
    SignedReceipt other =
        SignedReceipt.sign(
            world.gateway().operator(),
            new Receipt(
                last.domain(),
                last.gateway(),
                last.sessionId(),
                last.taskId(),
                last.work(),
                last.output(),
                last.price(),
                last.nodes(),
                last.segments(),
                last.verdict(),
                last.finishedMillis() + 1));
    assertThat(refusal(both, other)).as("another receipt for as much").isEmpty();
  }

  /** Why the contract would not take two receipts for a gateway's lie; empty when it would. */
  private static String refusal(SignedReceipt one, SignedReceipt other) {
    ContractWrite write =
        world
            .network()
            .payment()
            .contradict(
                world.gateway().address(),
                ChainTerms.forPayment(one.receipt().attestation()),
                Bytes.of(one.signature().bytes()),
                ChainTerms.forPayment(other.receipt().attestation()),
                Bytes.of(other.signature().bytes()));
    return new ChainView(world.chain(), world.network(), 0)
        .refusal(world.client().address(), write)
        .map(reason -> reason instanceof RevertReason.Custom custom ? custom.name() : "?")
        .orElse("");
  }

  /** By two nodes, and looked at by nobody. */
  private static SignedReceipt undrawn(TestingTasks tasks) {
    return IntStream.iterate(1, task -> task + 1)
        .mapToObj(task -> tasks.generation(task, 3, 1))
        .filter(
            receipt ->
                world.validators().stream()
                    .noneMatch(
                        validator ->
                            WorkSample.isDrawn(
                                WorkSample.luck(
                                    WorkSample.draw(
                                        validator.operator(),
                                        WorkSample.content(receipt.receipt()))),
                                VerificationLevel.SAMPLED)))
        .findFirst()
        .orElseThrow();
  }

  private static void judge(Address node, int verdict, Digest work) {
    boolean fraud = verdict == NodeVerdict.FRAUD;
    long round = fraud ? 0 : world.network().nodes().nodeOf(node).on(world.chain()).round();
    Digest subject =
        fraud ? Subjects.fraudSubject(node, work) : Subjects.verdictSubject(node, round);
    ChainWorld.Attested word =
        world.attest(
            world
                .network()
                .validators()
                .committeeFor(subject, world.set(), Address.ZERO)
                .on(world.chain()),
            QUORUM,
            Attestation.of(subject, new NodeVerdict(node, round, verdict, work)));
    assertThat(
            world
                .send(
                    world.client(),
                    world
                        .network()
                        .nodes()
                        .judge(node, verdict, work, word.seats(), word.signatures()))
                .succeeded())
        .isTrue();
  }
}

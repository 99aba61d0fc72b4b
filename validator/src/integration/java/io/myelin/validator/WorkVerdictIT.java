package io.myelin.validator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.myelin.chain.TransactionReceipt;
import io.myelin.committee.CommitteeClient;
import io.myelin.committee.MemberAnswer;
import io.myelin.committee.NotAgreedException;
import io.myelin.committee.Quorum;
import io.myelin.committee.wire.Fields;
import io.myelin.contracts.NodePool;
import io.myelin.contracts.testing.ChainWorld;
import io.myelin.engine.check.WorkChecker;
import io.myelin.protocol.commitment.WorkDigest;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.FixedBytes;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.stream.HashChain;
import io.myelin.protocol.typeddata.NodeVerdict;
import io.myelin.protocol.typeddata.TaskCommit;
import io.myelin.protocol.typeddata.TaskOffer;
import io.myelin.protocol.work.SignedWork;
import io.myelin.protocol.work.WorkFinding;
import io.myelin.v1.Commit;
import io.myelin.v1.Evidence;
import io.myelin.v1.ExamineReply;
import io.myelin.v1.FinishReason;
import io.myelin.v1.GenerationResult;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.JudgeWorkRequest;
import io.myelin.v1.Offer;
import io.myelin.v1.WorkRecord;
import io.myelin.validator.testing.GatewaySide;
import io.myelin.validator.testing.ShownWork;
import io.myelin.validator.testing.Validators;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes judged for what they signed, by validators whose model is a script, on a real chain. */
final class WorkVerdictIT {
  /** What the scripted model says of evidence of this class. */
  private static final String LIE = "liar";

  private static final Digest EMPTY_TEXT = Sha256.hash(new byte[0]);

  /** An honest validator whose owner also owns the last node. */
  private static final int EXECUTOR = 3;

  /** Evidence that the scripted model breaks at. */
  private static final String BROKEN = "broken";

  private static final WorkChecker MODEL = (_, evidence) -> find(evidence);

  private static CompletableFuture<WorkFinding> find(Evidence evidence) {
    return switch (evidence.getEquivalenceClass()) {
      case LIE ->
          CompletableFuture.completedFuture(
              new WorkFinding.Lie(WorkFinding.Kind.LOGPROBS, 0, "as scripted"));
      case BROKEN -> throw new LinkageError("as scripted");
      default ->
          CompletableFuture.completedFuture(new WorkFinding.Exact(evidence.getTokensCount()));
    };
  }

  @TempDir static Path folder;
  private static ChainWorld world;
  private static Validators validators;
  private static CommitteeClient committee;
  private static GatewaySide.Live live;

  @BeforeAll
  static void start() throws Exception {
    // Five of five sit in every committee.
    world = ChainWorld.start(folder, 5, 4);
    validators = Validators.start(world, folder, MODEL);
    committee = validators.client(Validators.QUICK);
    live = new GatewaySide(world, 31).open(committee, 4, 1);
  }

  @AfterAll
  static void stop() {
    committee.close();
    validators.close();
    world.close();
  }

  private static ByteString bytes(FixedBytes value) {
    return ByteString.copyFrom(value.bytes());
  }

  private static OperatorKey node(int number) {
    return world.keyOf(live.brief().seats().get(number).node());
  }

  private static WorkRecord record(OperatorKey gateway, OperatorKey node, String kind, int number) {
    return record(live.brief().sessionId(), gateway, node, kind, number);
  }

  private static WorkRecord record(
      SessionId session, OperatorKey gateway, OperatorKey node, String kind, int number) {
    GenerationSpec spec =
        GenerationSpec.newBuilder().setModel(ChainWorld.MODEL).setText("two and two").build();
    Evidence evidence =
        Evidence.newBuilder()
            .setEquivalenceClass(kind)
            .setWeightsDigest(bytes(listedWeights()))
            .build();
    TaskId task = TaskId.of(Sha256.hash((kind + number).getBytes(StandardCharsets.UTF_8)).bytes());
    TaskOffer offer =
        new TaskOffer(task, session, node.address(), 1, true, WorkDigest.of(spec), 1L << 42);
    TaskCommit commit =
        new TaskCommit(
            task,
            session,
            node.address(),
            1,
            WorkDigest.of(spec),
            HashChain.genesis(task),
            EMPTY_TEXT,
            WorkDigest.of(evidence),
            3,
            evidence.getTokensCount(),
            1);
    return WorkRecord.newBuilder()
        .setGateway(bytes(gateway.address()))
        .setNode(bytes(node.address()))
        .setOffer(
            Offer.newBuilder()
                .setTaskId(bytes(task))
                .setSessionId(bytes(session))
                .setAttempt(1)
                .setPrimary(true)
                .setGeneration(spec)
                .setSpecDigest(bytes(WorkDigest.of(spec)))
                .setDeadlineMillis(1L << 42)
                .setSignature(
                    ByteString.copyFrom(gateway.sign(world.domain().digest(offer)).bytes())))
        .setCommit(
            Commit.newBuilder()
                .setTaskId(bytes(task))
                .setAttempt(1)
                .setStreamHead(bytes(HashChain.genesis(task)))
                .setOutputDigest(bytes(EMPTY_TEXT))
                .setEvidenceDigest(bytes(WorkDigest.of(evidence)))
                .setResult(
                    GenerationResult.newBuilder()
                        .setReason(FinishReason.FINISH_REASON_STOP)
                        .setPromptTokens(3)
                        .setOutputTokens(evidence.getTokensCount()))
                .setSignature(ByteString.copyFrom(node.sign(world.domain().digest(commit)).bytes()))
                .setEvidence(evidence.toByteString()))
        .build();
  }

  private static Digest listedWeights() {
    return world
        .network()
        .subnets()
        .modelOf(
            world.subnetId(), io.myelin.protocol.settlement.SessionTail.modelIdOf(ChainWorld.MODEL))
        .on(world.chain())
        .weightsDigest();
  }

  private static Digest digest(WorkRecord record) {
    return SignedWork.of(record, world.domain()).digest();
  }

  private static NodePool.Node pooled(Address node) {
    return world.network().nodes().nodeOf(node).on(world.chain());
  }

  private static String refusal(WorkRecord record, Digest digest) {
    NotAgreedException failure =
        catchThrowableOfType(
            NotAgreedException.class, () -> committee.cases().work(record, digest));
    assertThat(failure).as("agreed to what proves nothing").isNotNull();
    return failure.answers().stream()
        .map(MemberAnswer::answer)
        .filter(MemberAnswer.Answer.Refused.class::isInstance)
        .map(MemberAnswer.Answer.Refused.class::cast)
        .map(refused -> refused.reason() + ": " + refused.detail())
        .findFirst()
        .orElseThrow();
  }

  private static TransactionReceipt bring(Address node, Digest digest, Quorum quorum) {
    return world.send(
        world.client(),
        world
            .network()
            .nodes()
            .judge(node, NodeVerdict.FRAUD, digest, quorum.seatsBits(), quorum.signatures()));
  }

  @Test
  void shouldSlashAndSuspendForAProvenLieOnce() throws Exception {
    OperatorKey node = node(0);
    WorkRecord record = record(world.gateway().operator(), node, LIE, 1);
    Quorum quorum = committee.cases().work(record, digest(record));
    assertThat(bring(node.address(), digest(record), quorum).succeeded()).isTrue();

    assertThat(pooled(node.address()).standing()).isEqualTo(3);
    assertThat(world.network().nodes().freeSlots(node.address()).on(world.chain()).signum())
        .isZero();
    assertThat(refusal(record, digest(record))).contains("not suspended");
    assertThat(kept(record)).isGreaterThanOrEqualTo(3);

    // One fault, found in many answers, costs what it costs once.
    WorkRecord more = record(world.gateway().operator(), node, LIE, 7);
    assertThat(refusal(more, digest(more))).contains("not suspended");
  }

  private static long kept(WorkRecord record) throws Exception {
    try (Stream<Path> files = Files.walk(folder)) {
      String name = "work-" + digest(record).hex() + ".pb";
      return files.filter(file -> file.getFileName().toString().equals(name)).count();
    }
  }

  @Test
  void shouldNotCondemnTheHonestForALyingAccuser() {
    OperatorKey node = node(1);
    WorkRecord honest = record(world.gateway().operator(), node, "honest", 1);
    assertThat(refusal(honest, digest(honest))).contains("REFUSED_WORK").contains("found");
    assertThat(pooled(node.address()).standing()).isEqualTo(2);
  }

  @Test
  void shouldRefuseWhatIsForged() {
    OperatorKey gateway = world.gateway().operator();
    OperatorKey node = node(1);
    WorkRecord lie = record(gateway, node, LIE, 2);

    WorkRecord notAsked = record(world.client(), node, LIE, 3);
    assertThat(refusal(notAsked, digest(notAsked))).contains("offered by");

    WorkRecord forged = lie.toBuilder().setGateway(bytes(world.client().address())).build();
    assertThat(refusal(forged, digest(lie))).contains("not signed by gateway");

    OperatorKey other = node(2);
    WorkRecord others = lie.toBuilder().setNode(bytes(other.address())).build();
    assertThat(refusal(others, digest(lie))).contains("REFUSED_WORK");

    WorkRecord swapped =
        lie.toBuilder()
            .setCommit(
                lie.getCommit().toBuilder()
                    .setEvidence(
                        Evidence.newBuilder().setEquivalenceClass(LIE).build().toByteString()))
            .build();
    assertThat(refusal(swapped, digest(lie))).contains("evidence_digest");

    SessionId none = SessionId.of(Sha256.hash(new byte[] {7}).bytes());
    WorkRecord elsewhere = record(none, gateway, node, LIE, 4);
    assertThat(refusal(elsewhere, digest(elsewhere))).contains("is not on the chain");
  }

  @Test
  void shouldNotJudgeItsOwn() throws Exception {
    ChainWorld.Person own =
        new ChainWorld.Person(
            world.validators().get(EXECUTOR).owner(), ChainWorld.key("own/worker/operator"));
    world.fund(own.owner(), world.network().nodes().address(), ChainWorld.ether(100));
    world.send(
        own.owner(),
        world.network().nodes().join(own.address(), 8, ChainWorld.ether(100), world.consent(own)));
    WorkRecord record = record(world.gateway().operator(), own.operator(), LIE, 5);
    StatusRuntimeException refused =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                validators
                    .stub(EXECUTOR)
                    .judgeWork(
                        JudgeWorkRequest.newBuilder()
                            .setRecord(record)
                            .setAskingRound(Fields.bytes(Sha256.hash(new byte[] {9})))
                            .build()));
    assertThat(refused.getStatus().getDescription()).startsWith("REFUSED_INTEREST");
  }

  @Test
  void shouldSayWhatItFindsOfWorkThatItIsShown() {
    OperatorKey gateway = world.gateway().operator();
    assertThat(
            List.of("honest", LIE).stream()
                .map(kind -> validators.stub(0).examine(record(gateway, node(3), kind, 6)))
                .map(ExamineReply::getFound))
        .containsExactly(ExamineReply.Found.FOUND_EXACT, ExamineReply.Found.FOUND_LIE);
  }

  @Test
  void shouldGoOnCheckingWhenItsEngineBreaks() {
    OperatorKey gateway = world.gateway().operator();
    WorkRecord broken = record(gateway, node(3), BROKEN, 8);
    StatusRuntimeException refused =
        catchThrowableOfType(
            StatusRuntimeException.class, () -> validators.stub(1).examine(broken));
    assertThat(refused.getStatus().getDescription()).startsWith("BUSY");
    assertThat(validators.stub(1).examine(record(gateway, node(3), "honest", 8)).getFound())
        .isEqualTo(ExamineReply.Found.FOUND_EXACT);
  }

  @Test
  void shouldCheckAgainstTheWeightsThatWereListedSinceTheSessionWasOpened() throws Exception {
    GatewaySide side = new GatewaySide(world, 32);
    ShownWork before = ShownWork.of(world, side.open(committee, 4, 1), "before", 1);
    Digest old = listedWeights();
    Digest newer = Sha256.hash(new byte[] {3});
    world.configure(ChainWorld.MODEL, ChainWorld.INPUT_WEI, ChainWorld.OUTPUT_WEI, newer);
    try {
      assertThat(validators.stub(2).examine(before.record()).getFound())
          .isEqualTo(ExamineReply.Found.FOUND_EXACT);
      GatewaySide.Live later = side.open(committee, 4, 1);
      ShownWork after = ShownWork.of(world, later, "after", 1);
      assertThat(validators.stub(2).examine(after.record()).getFound())
          .isEqualTo(ExamineReply.Found.FOUND_EXACT);
      ShownWork stale = ShownWork.of(world, later, "stale", 2, old);
      StatusRuntimeException refused =
          catchThrowableOfType(
              StatusRuntimeException.class, () -> validators.stub(2).examine(stale.record()));
      assertThat(refused.getStatus().getDescription())
          .startsWith("REFUSED_WORK")
          .contains("weights");
    } finally {
      world.configure(ChainWorld.MODEL, ChainWorld.INPUT_WEI, ChainWorld.OUTPUT_WEI, old);
    }
  }
}

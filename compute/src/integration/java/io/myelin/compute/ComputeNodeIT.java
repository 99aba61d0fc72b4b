package io.myelin.compute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.myelin.compute.link.Backoff;
import io.myelin.compute.link.GrpcDialer;
import io.myelin.compute.link.LinkSettings;
import io.myelin.compute.task.KeyCommitSigner;
import io.myelin.compute.task.TaskSettings;
import io.myelin.compute.testing.FakeGateway;
import io.myelin.compute.testing.ScriptedEngine;
import io.myelin.engine.EngineModel;
import io.myelin.engine.Generation;
import io.myelin.engine.GenerationListener;
import io.myelin.engine.InferenceEngine;
import io.myelin.engine.OutputPrefix;
import io.myelin.engine.Score;
import io.myelin.protocol.commitment.Commitment;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.crypto.Signers;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.Salt;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.stream.HashChain;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.protocol.typeddata.TaskCommit;
import io.myelin.protocol.work.EvidenceFit;
import io.myelin.protocol.work.Exam;
import io.myelin.protocol.work.SignedWork;
import io.myelin.v1.Cancel;
import io.myelin.v1.Commit;
import io.myelin.v1.Credit;
import io.myelin.v1.EmbeddingResult;
import io.myelin.v1.EmbeddingSpec;
import io.myelin.v1.Evidence;
import io.myelin.v1.ExamAnswer;
import io.myelin.v1.FinishReason;
import io.myelin.v1.GatewayMessage;
import io.myelin.v1.GeneratedChunk;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.HeldTask;
import io.myelin.v1.NodeMessage;
import io.myelin.v1.NodeMessage.KindCase;
import io.myelin.v1.Offer;
import io.myelin.v1.Proof;
import io.myelin.v1.Rejected;
import io.myelin.v1.Reveal;
import io.myelin.v1.TaskChunk;
import io.myelin.v1.TaskFinal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A node against a gateway over a real gRPC stream; only the engine is scripted. */
@Timeout(180)
class ComputeNodeIT {
  private static final int CREDIT = 4;
  private final OperatorKey gatewayKey = OperatorKey.generate(new Random(1));
  private final OperatorKey nodeKey = OperatorKey.generate(new Random(2));
  private final TaskId task = TaskId.of(Sha256.hash(new byte[] {7}).bytes());
  private final ScriptedEngine engine = new ScriptedEngine();
  @TempDir Path data;
  private FakeGateway gateway;
  private ComputeNode node;
  private FakeGateway.Connection connection;

  @BeforeEach
  void connect() throws Exception {
    gateway = new FakeGateway(gatewayKey, 0, CREDIT);
    node = startNode();
    connection = gateway.connection();
  }

  @AfterEach
  void close() {
    node.close();
    gateway.close();
    engine.close();
  }

  private ComputeNode startNode() throws IOException {
    ComputeNodeSettings settings =
        new ComputeNodeSettings(
            data,
            TaskSettings.withSlots(2),
            new LinkSettings(new Backoff(10, 100), Duration.ofSeconds(10)),
            Duration.ofSeconds(20),
            64,
            Eip712Domain.local(),
            gatewayKey.address(),
            false);
    return ComputeNode.start(
        settings,
        nodeKey,
        engine,
        new Speaking(engine),
        new KeyCommitSigner(
            nodeKey, Eip712Domain.local(), new SecureRandom(), InstantSource.system()),
        List.of(new GrpcDialer(gateway.uri())),
        InstantSource.system(),
        new Random(3));
  }

  /** The same engine, of a model that generates. */
  private record Speaking(InferenceEngine engine) implements InferenceEngine {
    @Override
    public List<EngineModel> models() {
      EngineModel model = engine.models().getFirst();
      return List.of(
          new EngineModel(
              model.id(),
              model.weightsDigestHex(),
              model.contextLength(),
              model.vocabularySize(),
              model.slots(),
              model.equivalenceClass(),
              false));
    }

    @Override
    public Generation generate(
        GenerationSpec spec, OutputPrefix prefix, GenerationListener listener) {
      return engine.generate(spec, prefix, listener);
    }

    @Override
    public CompletableFuture<Score> score(GenerationSpec spec, List<Integer> tokens, int top) {
      return engine.score(spec, tokens, top);
    }

    @Override
    public CompletableFuture<EmbeddingResult> embed(EmbeddingSpec spec) {
      return engine.embed(spec);
    }

    @Override
    public void close() {
      engine.close();
    }
  }

  @Test
  void announcesWhatItServes() {
    assertThat(connection.node()).isEqualTo(nodeKey.address());
    assertThat(connection.hello().getSlots()).isEqualTo(2);
    assertThat(connection.hello().getProtocolVersion()).isEqualTo("2");
    assertThat(connection.hello().getModels(0).getId()).isEqualTo(ScriptedEngine.MODEL);
    assertThat(connection.hello().getModels(0).getEquivalenceClass()).isEqualTo("scripted/1");
    assertThat(connection.hello().getHeldList()).isEmpty();
  }

  @Test
  void sitsTheExamThatItsGatewayAsksFor() throws Exception {
    Digest nonce = Sha256.hash(new byte[] {9});
    connection.examine(nonce, 20);
    ExamAnswer answer = connection.expect(KindCase.EXAM_ANSWER).getExamAnswer();
    Proof proof = connection.expect(KindCase.PROOF).getProof();
    assertThat(proof.getSignature().size()).isEqualTo(65);
    SignedWork work = Exam.read(answer, nodeKey.address(), nonce, Eip712Domain.local());
    assertThat(work.spec()).isEqualTo(Exam.question(ScriptedEngine.MODEL, nonce, 20));
    assertThat(work.evidence().getTokensCount()).isEqualTo(Exam.TOKENS);
    assertThat(work.evidence().getEquivalenceClass()).isEqualTo("scripted/1");
    assertThat(EvidenceFit.misfit(work)).isEmpty();
    // Another exam is another question.
    Digest other = Sha256.hash(new byte[] {10});
    assertThatThrownBy(() -> Exam.read(answer, nodeKey.address(), other, Eip712Domain.local()))
        .hasMessageContaining("not signed by " + nodeKey.address() + " for this exam");
  }

  @Test
  void aPrimaryStreamsWithinItsCreditThenPrecommitsAndCommitsWhatItStreamed() throws Exception {
    connection.offer(FakeGateway.offer(task, 10));
    assertThat(connection.expect(KindCase.ACK).getAck().getAttempt()).isEqualTo(1);
    List<GeneratedChunk> chunks = new ArrayList<>();
    for (int i = 0; i < CREDIT; i++) {
      chunks.add(connection.expect(KindCase.CHUNK).getChunk().getChunk());
    }
    // Two heartbeats later it still has sent nothing past its credit.
    connection.heartbeat();
    connection.heartbeat();
    assertThat(connection.quiet()).isTrue();
    send(Credit.newBuilder().setTaskId(id()).setChunks(6).build());
    for (int i = 0; i < 6; i++) {
      chunks.add(connection.expect(KindCase.CHUNK).getChunk().getChunk());
    }
    TaskChunk last = connection.expect(KindCase.CHUNK).getChunk();
    assertThat(last.getResult().getReason()).isEqualTo(FinishReason.FINISH_REASON_LENGTH);
    assertThat(last.getChunk().getTokensList()).isEmpty();

    ByteString precommit = connection.expect(KindCase.PRECOMMIT).getPrecommit().getHash();
    Commit commit = reveal(1, true);
    assertThat(digest(commit.getStreamHead())).isEqualTo(HashChain.over(task, chunks));
    checkCommit(commit, precommit, 1);
    Evidence evidence = Evidence.parseFrom(commit.getEvidence());
    assertThat(evidence.getChunksList()).isEqualTo(chunks);
    assertThat(evidence.getTokensCount()).isEqualTo(10);
    assertThat(Sha256.hash(commit.getEvidence().toByteArray()))
        .isEqualTo(digest(commit.getEvidenceDigest()));
    assertThat(commit.getOutputDigest().toByteArray())
        .isEqualTo(Sha256.hash(ScriptedEngine.text(10).getBytes(StandardCharsets.UTF_8)).bytes());
  }

  @Test
  void aReplicaSendsNoChunks() throws Exception {
    connection.offer(FakeGateway.offer(task, 10).setPrimary(false));
    connection.expect(KindCase.ACK);
    ByteString precommit = connection.expect(KindCase.PRECOMMIT).getPrecommit().getHash();
    checkCommit(reveal(1, false), precommit, 1);
  }

  @Test
  void aContinuedTaskGoesOnFromThePrefixAndCommitsToTheWhole() throws Exception {
    List<GeneratedChunk> before = new ArrayList<>();
    Offer.Builder offer = FakeGateway.offer(task, 6).setAttempt(3);
    for (int i = 0; i < 4; i++) {
      before.add(
          GeneratedChunk.newBuilder()
              .setSeq(i)
              .addTokens(100 + i)
              .setText(ByteString.copyFromUtf8("w" + i + " "))
              .build());
      offer.addPrefixTokens(100 + i);
    }
    offer
        .setPrefixText(ByteString.copyFromUtf8(ScriptedEngine.text(4)))
        .setNextSeq(4)
        .setStreamHead(ByteString.copyFrom(HashChain.over(task, before).bytes()));
    connection.offer(offer);
    connection.expect(KindCase.ACK);
    GeneratedChunk fifth = connection.expect(KindCase.CHUNK).getChunk().getChunk();
    assertThat(fifth.getSeq()).isEqualTo(4);
    assertThat(fifth.getText().toStringUtf8()).isEqualTo("w4 ");
    before.add(fifth);
    before.add(connection.expect(KindCase.CHUNK).getChunk().getChunk());
    connection.expect(KindCase.CHUNK);
    ByteString precommit = connection.expect(KindCase.PRECOMMIT).getPrecommit().getHash();
    Commit commit = reveal(3, false);
    checkCommit(commit, precommit, 3);
    assertThat(digest(commit.getStreamHead())).isEqualTo(HashChain.over(task, before));
    assertThat(commit.getResult().getOutputTokens()).isEqualTo(6);
    assertThat(digest(commit.getOutputDigest()))
        .isEqualTo(Sha256.hash(ScriptedEngine.text(6).getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void anEmbeddingTravelsInTheCommit() throws Exception {
    Offer.Builder offer = FakeGateway.offer(task, 1);
    offer.setEmbedding(
        EmbeddingSpec.newBuilder().setModel(ScriptedEngine.MODEL).addInputs("four").addInputs("x"));
    connection.offer(offer);
    connection.expect(KindCase.ACK);
    ByteString precommit = connection.expect(KindCase.PRECOMMIT).getPrecommit().getHash();
    Commit commit = reveal(1, false);
    assertThat(commit.getEmbedding().getEmbeddings(0).getValues(0)).isEqualTo(4f);
    assertThat(digest(commit.getStreamHead())).isEqualTo(HashChain.genesis(task));
    assertThat(commit.getSalt().size()).isEqualTo(32);
    assertThat(precommit.size()).isEqualTo(32);
  }

  @Test
  void withoutAFreeSlotItRefusesAtOnce() throws Exception {
    engine.holdAt(1);
    connection.offer(FakeGateway.offer(otherTask(1), 9));
    connection.expect(KindCase.ACK);
    connection.expect(KindCase.CHUNK);
    connection.offer(FakeGateway.offer(otherTask(2), 9));
    connection.expect(KindCase.ACK);
    connection.expect(KindCase.CHUNK);
    connection.offer(FakeGateway.offer(otherTask(3), 9));
    assertThat(connection.expect(KindCase.REFUSE).getRefuse().getCode()).isEqualTo("no_slot");
  }

  @Test
  void refusesForgedStaleAndUnknownWork() throws Exception {
    Offer.Builder forged = FakeGateway.offer(task, 9);
    Offer signed = gateway.sign(forged, connection.node());
    connection.send(GatewayMessage.newBuilder().setOffer(signed.toBuilder().setAttempt(2).build()));
    assertThat(connection.expect(KindCase.REFUSE).getRefuse().getCode()).isEqualTo("bad_offer");

    Offer.Builder unknown = FakeGateway.offer(task, 9);
    unknown.getGenerationBuilder().setModel("other");
    connection.offer(unknown);
    assertThat(connection.expect(KindCase.REFUSE).getRefuse().getMessage())
        .contains("other")
        .contains(ScriptedEngine.MODEL);

    engine.holdAt(1);
    connection.offer(FakeGateway.offer(task, 9).setAttempt(2));
    connection.expect(KindCase.ACK);
    connection.expect(KindCase.CHUNK);
    connection.offer(FakeGateway.offer(task, 9).setAttempt(1));
    assertThat(connection.expect(KindCase.REFUSE).getRefuse().getCode()).isEqualTo("stale_attempt");
  }

  @Test
  void cancelStopsTheEngineAndFreesTheSlot() throws Exception {
    engine.holdAt(2);
    connection.offer(FakeGateway.offer(task, 9));
    connection.expect(KindCase.ACK);
    connection.expect(KindCase.CHUNK);
    connection.expect(KindCase.CHUNK);
    send(Cancel.newBuilder().setTaskId(id()).setReason("client left").build());
    NodeMessage error = connection.expect(KindCase.ERROR);
    assertThat(error.getError().getCode()).isEqualTo("cancelled");
    assertThat(error.getError().getMessage()).isEqualTo("client left");
    engine.holdAt(Integer.MAX_VALUE);
    connection.offer(FakeGateway.offer(otherTask(1), 1));
    connection.expect(KindCase.ACK);
    assertThat(connection.expect(KindCase.CHUNK).getChunk().getTaskId())
        .isEqualTo(ByteString.copyFrom(otherTask(1).bytes()));
  }

  @Test
  void whatAClientLeavesIsCommittedToAsFarAsItWent() throws Exception {
    engine.holdAt(2);
    connection.offer(FakeGateway.offer(task, 9));
    connection.expect(KindCase.ACK);
    List<GeneratedChunk> chunks = new ArrayList<>();
    chunks.add(connection.expect(KindCase.CHUNK).getChunk().getChunk());
    chunks.add(connection.expect(KindCase.CHUNK).getChunk().getChunk());
    send(Cancel.newBuilder().setTaskId(id()).setReason("client left").setSettle(true).build());
    TaskChunk last = connection.expect(KindCase.CHUNK).getChunk();
    assertThat(last.getResult().getReason()).isEqualTo(FinishReason.FINISH_REASON_CANCELLED);
    assertThat(last.getResult().getOutputTokens()).isEqualTo(2);
    ByteString precommit = connection.expect(KindCase.PRECOMMIT).getPrecommit().getHash();
    // Said again, as after a lost answer: it is bound already.
    send(Cancel.newBuilder().setTaskId(id()).setReason("client left").setSettle(true).build());
    Commit commit = reveal(1, false);
    checkCommit(commit, precommit, 1, 9);
    assertThat(digest(commit.getStreamHead())).isEqualTo(HashChain.over(task, chunks));
    assertThat(commit.getOutputDigest().toByteArray())
        .isEqualTo(Sha256.hash(ScriptedEngine.text(2).getBytes(StandardCharsets.UTF_8)).bytes());
  }

  @Test
  void aSlotWhoseTaskWasCancelledIsGivenAgainBeforeTheEngineLetsGo() throws Exception {
    engine.holdAt(1);
    engine.linger(true);
    for (TaskId first : List.of(task, otherTask(1))) {
      connection.offer(FakeGateway.offer(first, 9));
      connection.expect(KindCase.ACK);
      connection.expect(KindCase.CHUNK);
    }
    send(Cancel.newBuilder().setTaskId(id()).setReason("client left").build());
    connection.expect(KindCase.ERROR);
    connection.offer(FakeGateway.offer(otherTask(2), 9));
    connection.expect(KindCase.ACK);
    // It waits, and nobody else is let in.
    connection.offer(FakeGateway.offer(otherTask(3), 9));
    assertThat(connection.expect(KindCase.REFUSE).getRefuse().getCode()).isEqualTo("no_slot");
    engine.linger(false);
    assertThat(connection.expect(KindCase.CHUNK).getChunk().getTaskId())
        .isEqualTo(ByteString.copyFrom(otherTask(2).bytes()));
  }

  @Test
  void aCrashedEngineFailsTheTaskAndNotTheNode() throws Exception {
    engine.holdAt(2);
    connection.offer(FakeGateway.offer(task, 9));
    connection.expect(KindCase.ACK);
    connection.expect(KindCase.CHUNK);
    connection.expect(KindCase.CHUNK);
    engine.crash();
    NodeMessage error = connection.expect(KindCase.ERROR);
    assertThat(error.getError().getCode()).isEqualTo("engine_crashed");
    assertThat(error.getError().getRetryElsewhere()).isTrue();
    engine.holdAt(Integer.MAX_VALUE);
    connection.offer(FakeGateway.offer(task, 1).setAttempt(2));
    connection.expect(KindCase.ACK);
    connection.expect(KindCase.CHUNK);
  }

  @Test
  void aPromiseSurvivesARestartBetweenPrecommitAndCommit() throws Exception {
    connection.offer(FakeGateway.offer(task, 3).setPrimary(false));
    connection.expect(KindCase.ACK);
    ByteString precommit = connection.expect(KindCase.PRECOMMIT).getPrecommit().getHash();
    node.abort("power cut");
    node.exit().get(20, TimeUnit.SECONDS);
    node = startNode();
    connection = gateway.connection();
    HeldTask held = connection.hello().getHeld(0);
    assertThat(held.getStage()).isEqualTo(HeldTask.Stage.STAGE_PRECOMMITTED);
    assertThat(held.getPrecommit()).isEqualTo(precommit);
    checkCommit(reveal(1, true), precommit, 1);

    // Asked twice, answered twice; told the end, forgotten.
    checkCommit(reveal(1, true), precommit, 1);
    send(TaskFinal.newBuilder().setTaskId(id()).build());
    // An answer to what came later: it has read that the task is over.
    Offer.Builder unknown = FakeGateway.offer(otherTask(1), 3);
    unknown.getGenerationBuilder().setModel("other");
    connection.offer(unknown);
    connection.expect(KindCase.REFUSE);
    node.drain("test").get(20, TimeUnit.SECONDS);
    node = startNode();
    assertThat(gateway.connection().hello().getHeldList()).isEmpty();
  }

  @Test
  void reconnectsWhenTheGatewayRestartsAndKeepsAReplicaRunning() throws Exception {
    engine.holdAt(1);
    connection.offer(FakeGateway.offer(task, 3).setPrimary(false));
    connection.expect(KindCase.ACK);
    connection.offer(FakeGateway.offer(otherTask(1), 3));
    connection.expect(KindCase.ACK);
    connection.expect(KindCase.CHUNK);
    int port = gateway.port();
    gateway.stop();
    gateway = new FakeGateway(gatewayKey, port, CREDIT);
    connection = gateway.connection();
    // The primary's stream is lost and with it its work; the replica's is not.
    assertThat(connection.hello().getHeldList()).hasSize(1);
    assertThat(connection.hello().getHeld(0).getTaskId()).isEqualTo(id());
    assertThat(connection.hello().getHeld(0).getStage()).isEqualTo(HeldTask.Stage.STAGE_RUNNING);
    engine.holdAt(Integer.MAX_VALUE);
    ByteString precommit = connection.expect(KindCase.PRECOMMIT).getPrecommit().getHash();
    checkCommit(reveal(1, false), precommit, 1);
  }

  @Test
  void reconnectsWhenHeartbeatsStayUnanswered() throws Exception {
    gateway.ignoreHeartbeats();
    assertThat(gateway.connection().node()).isEqualTo(nodeKey.address());
  }

  @Test
  void drainingFinishesWhatRunsAndRefusesTheRest() throws Exception {
    engine.holdAt(1);
    connection.offer(FakeGateway.offer(task, 3));
    connection.expect(KindCase.ACK);
    connection.expect(KindCase.CHUNK);
    var exit = node.drain("SIGTERM");
    assertThat(connection.expect(KindCase.DRAIN).getDrain().getReason()).isEqualTo("SIGTERM");
    connection.offer(FakeGateway.offer(otherTask(1), 3));
    assertThat(connection.expect(KindCase.REFUSE).getRefuse().getCode()).isEqualTo("draining");
    engine.holdAt(Integer.MAX_VALUE);
    connection.expect(KindCase.CHUNK);
    connection.expect(KindCase.CHUNK);
    connection.expect(KindCase.CHUNK);
    ByteString precommit = connection.expect(KindCase.PRECOMMIT).getPrecommit().getHash();
    assertThat(exit.isDone()).isFalse();
    checkCommit(reveal(1, false), precommit, 1);
    assertThat(connection.end()).isEqualTo("completed");
    assertThat(exit.get(20, TimeUnit.SECONDS).kind()).isEqualTo(NodeExit.Kind.DRAINED);
  }

  @Test
  void rejectedForGoodItEndsAndSaysWhy() throws Exception {
    int port = gateway.port();
    gateway.stop();
    gateway = new FakeGateway(gatewayKey, port, CREDIT);
    gateway.rejectWith(
        Rejected.newBuilder().setCode("not_admitted").setMessage("no stake").build());
    NodeExit exit = node.exit().get(20, TimeUnit.SECONDS);
    assertThat(exit.kind()).isEqualTo(NodeExit.Kind.REJECTED);
    assertThat(exit.message()).contains("no stake");
  }

  private TaskId otherTask(int n) {
    return TaskId.of(Sha256.hash(new byte[] {99, (byte) n}).bytes());
  }

  private ByteString id() {
    return ByteString.copyFrom(task.bytes());
  }

  private static Digest digest(ByteString bytes) {
    return Digest.of(bytes.toByteArray());
  }

  private Commit reveal(int attempt, boolean withEvidence) throws InterruptedException {
    connection.send(
        GatewayMessage.newBuilder()
            .setReveal(
                Reveal.newBuilder()
                    .setTaskId(id())
                    .setAttempt(attempt)
                    .setWithEvidence(withEvidence)));
    return connection.expect(KindCase.COMMIT).getCommit();
  }

  private void send(Credit credit) {
    connection.send(GatewayMessage.newBuilder().setCredit(credit));
  }

  private void send(Cancel cancel) {
    connection.send(GatewayMessage.newBuilder().setCancel(cancel));
  }

  private void send(TaskFinal end) {
    connection.send(GatewayMessage.newBuilder().setFinal(end));
  }

  private void checkCommit(Commit commit, ByteString precommit, int attempt) {
    checkCommit(commit, precommit, attempt, commit.getResult().getOutputTokens());
  }

  private void checkCommit(Commit commit, ByteString precommit, int attempt, int maxTokens) {
    Offer.Builder offer = FakeGateway.offer(task, maxTokens);
    if (attempt == 1 && commit.getResult().getOutputTokens() == 0) {
      throw new AssertionError("nothing was made");
    }
    TaskCommit statement =
        new TaskCommit(
            task,
            SessionId.of(new byte[32]),
            nodeKey.address(),
            attempt,
            digest(gateway.sign(offer, nodeKey.address()).getSpecDigest()),
            digest(commit.getStreamHead()),
            digest(commit.getOutputDigest()),
            digest(commit.getEvidenceDigest()),
            commit.getResult().getPromptTokens(),
            commit.getResult().getOutputTokens(),
            commit.getResult().getReasonValue());
    Commitment opened =
        new Commitment(
            statement,
            Salt.of(commit.getSalt().toByteArray()),
            Signature.of(commit.getSignature().toByteArray()));
    assertThat(opened.precommit()).isEqualTo(digest(precommit));
    assertThat(
            Signers.signedBy(
                nodeKey.address(), Eip712Domain.local().digest(statement), opened.signature()))
        .isTrue();
  }
}

package io.myelin.gateway.pipeline;

import static io.myelin.gateway.testing.TestGateway.SESSION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.myelin.gateway.session.TaskUsage;
import io.myelin.gateway.task.Submission;
import io.myelin.gateway.task.Submission.Kind;
import io.myelin.gateway.task.TaskFailure;
import io.myelin.gateway.task.TaskOutcome;
import io.myelin.gateway.task.TaskRejectedException;
import io.myelin.gateway.task.TaskTicket;
import io.myelin.gateway.task.TaskView;
import io.myelin.gateway.testing.NodeScript;
import io.myelin.gateway.testing.RecordingListener;
import io.myelin.gateway.testing.TestGateway;
import io.myelin.gateway.testing.TestNode;
import io.myelin.protocol.commitment.WorkDigest;
import io.myelin.protocol.receipt.ReceiptEvidence;
import io.myelin.protocol.receipt.ReceiptVerifier;
import io.myelin.protocol.receipt.SignedReceipt;
import io.myelin.protocol.receipt.Verification;
import io.myelin.protocol.work.VerificationLevel;
import io.myelin.v1.EmbeddingSpec;
import io.myelin.v1.GatewayMessage;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.TaskFinal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PipelineTest {
  private static final NodeScript WORDS = NodeScript.words(20);

  private TestGateway gateway;

  PipelineTest(@TempDir Path folder) {
    gateway = new TestGateway(folder);
  }

  @BeforeEach
  void nothingHeld() {
    assertThat(gateway.ledger().holds()).isZero();
  }

  @AfterEach
  void close() {
    gateway.close();
  }

  @Test
  void anAnswerStreamsIsCommittedAndCounted() throws Exception {
    TestNode node = gateway.nodes(1, WORDS, 1).getFirst();
    RecordingListener client = new RecordingListener();
    TaskTicket ticket = gateway.submit(Kind.LIVE, client);
    ticket.request(Long.MAX_VALUE);
    gateway.settle();

    assertThat(client.text()).isEqualTo(WORDS.text());
    assertThat(client.starts()).isEqualTo(1);
    TaskOutcome outcome = completed(client);
    assertThat(outcome.generation()).isNotNull();
    assertThat(gateway.ledger().counted(ticket.taskId()))
        .contains(new TaskUsage(BigInteger.valueOf(7 + 20 * 10), 7, 20));
    assertThat(gateway.journal().sessions().totals(SESSION).spentWei()).isEqualTo(207);
    SignedReceipt receipt = receipt(ticket);
    assertThat(receipt.receipt().digest().hex()).isEqualTo(outcome.receiptDigestHex());
    Verification verification =
        ReceiptVerifier.verify(
            receipt,
            ReceiptEvidence.none()
                .withGateway(gateway.identity().key().address())
                .withSpecDigest(WorkDigest.of(node.offers().getFirst()))
                .withOutput(com.google.protobuf.ByteString.copyFromUtf8(WORDS.text()))
                .withChunks(client.chunks()));
    assertThat(verification.checks())
        .allSatisfy(check -> assertThat(check.outcome().name()).as(check.name()).isEqualTo("HELD"));
    assertThat(node.held()).isZero();
    assertThat(gateway.pipeline().figures().slotsTaken()).isZero();
    assertThat(gateway.ledger().holds()).isZero();
    assertThat(gateway.hub().figures(node.address()).orElseThrow().completed()).isEqualTo(1);
  }

  @Test
  void replicasRunBlindAndNobodyRevealsBeforeAllAreBound() throws Exception {
    List<TestNode> nodes = gateway.nodes(3, WORDS, 3);
    TestNode slow = nodes.get(2).stopAt(TestNode.Stop.BEFORE_PRECOMMIT);
    RecordingListener client = new RecordingListener();
    TaskTicket ticket = gateway.submit(Kind.LIVE, client);
    ticket.request(Long.MAX_VALUE);
    gateway.settle();

    assertThat(client.text()).isEqualTo(WORDS.text());
    assertThat(client.outcome()).isNull();
    for (TestNode node : nodes) {
      assertThat(node.received()).noneMatch(GatewayMessage::hasReveal);
    }
    // It is late, not lost: the others are settled without it once its deadline has passed.
    gateway.pass(11_000);
    completed(client);
    assertThat(slow.received()).noneMatch(GatewayMessage::hasReveal);
    SignedReceipt receipt = receipt(ticket);
    assertThat(receipt.receipt().nodes()).hasSize(2);
    assertThat(verify(receipt).holds()).isTrue();
  }

  @Test
  void aReplicaThatDisagreesIsRecordedInTheVerdict() throws Exception {
    List<TestNode> nodes = gateway.nodes(2, WORDS, 2);
    nodes.get(1).script(NodeScript.words(9));
    RecordingListener client = new RecordingListener();
    TaskTicket ticket = gateway.submit(Kind.LIVE, client);
    ticket.request(Long.MAX_VALUE);
    gateway.settle();

    completed(client);
    SignedReceipt receipt = receipt(ticket);
    assertThat(receipt.receipt().nodes()).hasSize(2);
    assertThat(receipt.receipt().verdict().accepted()).isFalse();
    assertThat(receipt.receipt().verdict().findings())
        .anyMatch(finding -> finding.name().equals("replicas_agree") && !finding.held());
    // An alarm: it takes nobody's pay.
    assertThat(verify(receipt).holds()).isTrue();
    // The replica is paid for no more than it signed: 7 + 90 beside 7 + 200.
    assertThat(receipt.receipt().price().totalWei()).isEqualTo(304);
  }

  @Test
  void embeddingsComeWithTheCommit() throws Exception {
    gateway.nodes(2, WORDS, 2);
    EmbeddingSpec spec =
        EmbeddingSpec.newBuilder().setModel(TestNode.MODEL).addInputs("a text").build();
    RecordingListener client = new RecordingListener();
    TaskTicket ticket =
        gateway
            .pipeline()
            .submit(
                new Submission(SESSION, new Submission.Work.Embed(spec), Kind.LIVE, "", 0), client);
    gateway.settle();

    assertThat(completed(client).embedding()).isNotNull();
    assertThat(verify(receipt(ticket)).holds()).isTrue();
  }

  @Test
  void aNodeIsNeverFurtherAheadThanItsWindow() throws Exception {
    TestNode node = gateway.nodes(1, NodeScript.words(100), 1).getFirst();
    RecordingListener client = new RecordingListener();
    TaskTicket ticket = gateway.submit(Kind.LIVE, client);
    gateway.settle();
    assertThat(client.chunks()).isEmpty();
    assertThat(node.peakAhead()).isEqualTo(TestGateway.WINDOW);
    for (int read = 1; read <= 100; read++) {
      ticket.request(1);
      gateway.settle();
      assertThat(client.chunks()).hasSize(read);
      assertThat(node.peakAhead()).isLessThanOrEqualTo(read + TestGateway.WINDOW);
    }
    completed(client);
  }

  @Test
  void aSlowReaderIsCutAndOnlyWhatItReadIsCounted() throws Exception {
    TestNode node = gateway.nodes(1, NodeScript.words(100), 1).getFirst();
    RecordingListener slow = new RecordingListener();
    RecordingListener quick = new RecordingListener();
    TaskTicket ticket = gateway.submit(Kind.LIVE, slow);
    ticket.request(3);
    gateway.submit(Kind.LIVE, quick).request(Long.MAX_VALUE);
    gateway.settle();

    assertThat(quick.text()).isEqualTo(NodeScript.words(100).text());
    completed(quick);
    assertThat(slow.chunks()).hasSize(3);
    gateway.pass(31_000);
    TaskFailure failure = failed(slow);
    assertThat(failure.code()).isEqualTo("slow_reader");
    assertThat(failure.deliveredTokens()).isEqualTo(3);
    assertThat(slow.chunks()).hasSize(3);
    assertThat(gateway.ledger().counted(ticket.taskId()))
        .contains(new TaskUsage(BigInteger.valueOf(37), 7, 3));
    assertReceipt(ticket, slow);
    assertThat(node.held()).isZero();
  }

  /**
   * Its credit was used up all the while, and then its stream is looked at before it can answer.
   */
  @Test
  void aNodeThatItsReaderHeldUpHasItsTimeFromWhereItMayGoOn() throws Exception {
    TestNode node = gateway.nodes(1, NodeScript.words(20), 1).getFirst();
    node.stopAt(TestNode.Stop.AFTER_CHUNKS, TestGateway.WINDOW);
    RecordingListener client = new RecordingListener();
    TaskTicket ticket = gateway.submit(Kind.LIVE, client);
    ticket.request(3);
    gateway.settle();
    gateway.pass(25_000);
    ticket.request(Long.MAX_VALUE);
    gateway.settle();
    assertThat(client.chunks()).hasSize(TestGateway.WINDOW);
    gateway.pass(9_500);
    assertThat(client.failure()).isNull();
    node.proceed();
    gateway.settle();

    completed(client);
    assertThat(client.text()).isEqualTo(NodeScript.words(20).text());
  }

  @Test
  void aReaderTooSlowForTheTailIsNotCountedForIt() throws Exception {
    // The whole answer fits into the window: the node is done long before the client.
    gateway.nodes(1, NodeScript.words(6), 1);
    RecordingListener client = new RecordingListener();
    TaskTicket ticket = gateway.submit(Kind.LIVE, client);
    ticket.request(2);
    gateway.settle();
    gateway.pass(31_000);
    assertThat(failed(client).code()).isEqualTo("slow_reader");
    assertThat(gateway.ledger().counted(ticket.taskId()))
        .contains(new TaskUsage(BigInteger.valueOf(27), 7, 2));
    assertReceipt(ticket, client);
  }

  @Test
  void aClientThatLeavesStopsTheNodeAtOnce() throws Exception {
    TestNode node = gateway.nodes(1, NodeScript.words(100), 1).getFirst();
    RecordingListener client = new RecordingListener().leavingAfter(5);
    TaskTicket ticket = gateway.submit(Kind.LIVE, client);
    ticket.request(Long.MAX_VALUE);
    gateway.settle();

    assertThat(client.chunks()).hasSize(5);
    assertThat(client.failure()).isNull();
    assertThat(node.received()).anyMatch(GatewayMessage::hasCancel);
    assertThat(node.held()).isZero();
    assertThat(gateway.ledger().counted(ticket.taskId()))
        .contains(new TaskUsage(BigInteger.valueOf(57), 7, 5));
    assertThat(gateway.journal().sessions().totals(SESSION).spentWei()).isEqualTo(57);
    assertReceipt(ticket, client);
    TaskView view = gateway.pipeline().find(SESSION, ticket.taskId()).orElseThrow();
    assertThat(view.state()).isEqualTo("cancelled");
    assertThat(view.failure()).isNotNull();
    assertThat(gateway.pipeline().figures().slotsTaken()).isZero();
    assertThat(gateway.ledger().holds()).isZero();
  }

  @Test
  void aClientThatLeavesPaysNothingWhenItsNodeSignsForNothing() throws Exception {
    TestNode node = gateway.nodes(1, NodeScript.words(100), 1).getFirst();
    node.stopAt(TestNode.Stop.BEFORE_PRECOMMIT);
    RecordingListener client = new RecordingListener().leavingAfter(5);
    TaskTicket ticket = gateway.submit(Kind.LIVE, client);
    ticket.request(Long.MAX_VALUE);
    gateway.settle();
    gateway.pass(31_000);
    assertThat(gateway.ledger().counted(ticket.taskId())).isEmpty();
    assertThat(gateway.ledger().holds()).isZero();
    assertThat(gateway.pipeline().receipt(ticket.taskId())).isEmpty();
    assertThat(gateway.pipeline().find(SESSION, ticket.taskId()).orElseThrow().state())
        .isEqualTo("cancelled");
    assertThat(gateway.pipeline().figures().slotsTaken()).isZero();
  }

  @Test
  void aDurableTaskThatIsCancelledIsSignedForToo() throws Exception {
    TestNode node = gateway.nodes(1, NodeScript.words(100), 1).getFirst();
    node.stopAt(TestNode.Stop.AFTER_CHUNKS, 9);
    RecordingListener client = new RecordingListener();
    TaskTicket ticket = gateway.submit(Kind.DURABLE, client);
    ticket.request(Long.MAX_VALUE);
    gateway.settle();
    int got = client.chunks().size();
    assertThat(got).isEqualTo(9);
    assertThat(gateway.pipeline().cancel(SESSION, ticket.taskId(), "enough")).isTrue();
    gateway.settle();
    assertThat(failed(client).deliveredTokens()).isEqualTo(got);
    assertThat(gateway.ledger().counted(ticket.taskId()))
        .contains(new TaskUsage(BigInteger.valueOf(7 + 10 * got), 7, got));
    assertReceipt(ticket, client);
  }

  /** What the client got, and no more, is under a receipt that holds. */
  private void assertReceipt(TaskTicket ticket, RecordingListener client) throws Exception {
    SignedReceipt receipt = receipt(ticket);
    Verification verification =
        ReceiptVerifier.verify(
            receipt,
            ReceiptEvidence.none()
                .withGateway(gateway.identity().key().address())
                .withOutput(com.google.protobuf.ByteString.copyFromUtf8(client.text()))
                .withChunks(client.chunks()));
    assertThat(verification.holds()).as(verification.toString()).isTrue();
    assertThat(receipt.receipt().output().finishReason())
        .isEqualTo(io.myelin.v1.FinishReason.FINISH_REASON_CANCELLED);
    assertThat(receipt.receipt().output().outputTokens()).isEqualTo(client.chunks().size());
  }

  @Test
  void aListenerThatThrowsHurtsOnlyItself() throws Exception {
    gateway.nodes(1, WORDS, 1);
    TaskTicket bad =
        gateway
            .pipeline()
            .submit(
                TestGateway.submission(SESSION, Kind.LIVE),
                new io.myelin.gateway.task.TaskListener() {
                  @Override
                  public void onChunk(io.myelin.v1.GeneratedChunk chunk) {
                    throw new IllegalStateException("a bug of a front");
                  }

                  @Override
                  public void onCompleted(TaskOutcome outcome) {}

                  @Override
                  public void onFailed(TaskFailure failure) {}
                });
    bad.request(Long.MAX_VALUE);
    RecordingListener good = new RecordingListener();
    gateway.submit(Kind.LIVE, good).request(Long.MAX_VALUE);
    gateway.settle();
    completed(good);
    assertThat(gateway.pipeline().find(SESSION, bad.taskId()).orElseThrow().state())
        .isEqualTo("cancelled");
  }

  @Test
  void aRequestThatCannotBeRightFailsOnceAndIsNotTriedElsewhere() throws Exception {
    List<TestNode> nodes = gateway.nodes(2, WORDS, 1);
    nodes.forEach(node -> node.stopAt(TestNode.Stop.BEFORE_FIRST_CHUNK));
    RecordingListener client = new RecordingListener();
    TaskTicket ticket = gateway.submit(Kind.LIVE, client);
    gateway.settle();
    TestNode worker = nodes.stream().filter(n -> n.held() > 0).findFirst().orElseThrow();
    worker.fail(worker.offers().getFirst().getTaskId(), "context_length_exceeded", false);
    gateway.settle();
    TaskFailure failure = failed(client);
    assertThat(failure.code()).isEqualTo("context_length_exceeded");
    assertThat(failure.clientFault()).isTrue();
    assertThat(gateway.ledger().counted(ticket.taskId())).isEmpty();
    assertThat(nodes.stream().mapToInt(n -> n.offers().size()).sum()).isEqualTo(1);
  }

  @Test
  void aHundredTasksAtOnceAllComplete() throws Exception {
    List<TestNode> nodes = gateway.nodes(4, WORDS, 1);
    nodes.forEach(node -> node.slots(4));
    List<RecordingListener> clients = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      RecordingListener client = new RecordingListener();
      clients.add(client);
      gateway.submit(Kind.LIVE, client).request(Long.MAX_VALUE);
    }
    gateway.settle();
    for (RecordingListener client : clients) {
      completed(client);
      assertThat(client.text()).isEqualTo(WORDS.text());
    }
    assertThat(gateway.journal().sessions().totals(SESSION).tasks()).isEqualTo(100);
    assertThat(gateway.journal().sessions().totals(SESSION).spentWei()).isEqualTo(100 * 207);
    assertThat(gateway.journal().tasks().unfinished()).isEmpty();
    assertThat(gateway.pipeline().figures().slotsTaken()).isZero();
    assertThat(nodes).allSatisfy(node -> assertThat(node.held()).isZero());
  }

  @Test
  void aReservedSlotWaitsForItsSession() throws Exception {
    TestNode node = gateway.nodes(1, WORDS, 1).getFirst().stopAt(TestNode.Stop.BEFORE_ACK);
    String other = "b".repeat(64);
    gateway.session(other, 1, List.of(node));
    gateway.ledger().reserve(node.address(), SESSION);
    gateway.ledger().reserve(node.address(), other);
    for (int i = 0; i < 6; i++) {
      gateway.submit(Kind.LIVE, new RecordingListener());
    }
    gateway.settle();
    assertThat(node.offers()).as("the fourth slot is the other session's").hasSize(3);
    gateway.pipeline().submit(TestGateway.submission(other, Kind.LIVE), new RecordingListener());
    gateway.settle();
    assertThat(node.offers()).hasSize(4);
    assertThat(node.offers().getLast().getSessionId().toByteArray())
        .isEqualTo(java.util.HexFormat.of().parseHex(other));
  }

  @Test
  void aFullQueueSaysWhenToComeBack() throws Exception {
    TestNode node = gateway.nodes(1, WORDS, 1).getFirst().stopAt(TestNode.Stop.BEFORE_ACK);
    int most = 4 + PipelineSettings.defaults().maxQueuedPerSession();
    for (int i = 0; i < most; i++) {
      gateway.submit(Kind.LIVE, new RecordingListener());
    }
    assertThatThrownBy(() -> gateway.submit(Kind.LIVE, new RecordingListener()))
        .isInstanceOfSatisfying(
            TaskRejectedException.class,
            rejected -> {
              assertThat(rejected.reason()).isEqualTo(TaskRejectedException.Reason.QUEUE_FULL);
              assertThat(rejected.retryAfterSeconds()).isPositive();
            });
    assertThat(gateway.ledger().holds()).isEqualTo(most);
    gateway.settle();
    assertThat(node.offers()).hasSize(4);
  }

  @Test
  void whatCannotBeServedIsRejectedBeforeAnythingStarts() throws Exception {
    assertRejected("77".repeat(32), TaskRejectedException.Reason.UNKNOWN_SESSION);
    TestNode node = gateway.nodes(1, WORDS, 1).getFirst();
    node.kill();
    gateway.settle();
    assertRejected(SESSION, TaskRejectedException.Reason.NO_NODE);
    gateway.pipeline().shutDown();
    assertRejected(SESSION, TaskRejectedException.Reason.SHUTTING_DOWN);
    assertThat(gateway.ledger().holds()).isZero();
    assertThat(gateway.journal().tasks().unfinished()).isEmpty();
  }

  @Test
  void whatNoValidatorCouldBeShownIsNotBegun() throws Exception {
    TestNode node = gateway.nodes(1, WORDS, 1).getFirst();
    node.kill();
    gateway.settle();
    TestNode unused = node.contextLength(32_768).connect(gateway::dial);
    assertThat(unused).isSameAs(node);
    gateway.settle();
    String checked = "88".repeat(32);
    gateway.session(checked, 1, List.of(node), VerificationLevel.SAMPLED);
    assertThatThrownBy(
            () -> gateway.pipeline().submit(longTask(checked, 8_001), new RecordingListener()))
        .isInstanceOfSatisfying(
            TaskRejectedException.class,
            rejected ->
                assertThat(rejected.reason()).isEqualTo(TaskRejectedException.Reason.BAD_REQUEST))
        .hasMessageContaining("max_tokens: 8001 (expected: at most 7999")
        .hasMessageContaining("verification none");
    assertThat(gateway.ledger().holds()).isZero();
    assertThat(node.offers()).isEmpty();

    for (Submission taken :
        List.of(longTask(checked, 7_999), longTask(checked, 0), longTask(SESSION, 8_001))) {
      assertThat(gateway.pipeline().submit(taken, new RecordingListener())).isNotNull();
    }
  }

  private static Submission longTask(String session, int tokens) {
    GenerationSpec spec =
        GenerationSpec.newBuilder()
            .setModel(TestNode.MODEL)
            .setText("say words")
            .setMaxTokens(tokens)
            .build();
    return new Submission(session, new Submission.Work.Generate(spec), Kind.LIVE, "", 0);
  }

  @Test
  void aTaskThatIsNotDoneInTimeFails() throws Exception {
    TestNode node = gateway.nodes(1, WORDS, 1).getFirst();
    RecordingListener client = new RecordingListener();
    TaskTicket ticket =
        gateway
            .pipeline()
            .submit(
                new Submission(
                    SESSION,
                    TestGateway.submission(SESSION, Kind.LIVE).work(),
                    Kind.LIVE,
                    "",
                    5_000),
                client);
    ticket.request(4);
    gateway.settle();
    gateway.pass(5_500);
    assertThat(failed(client).code()).isEqualTo("deadline_exceeded");
    assertThat(client.chunks()).hasSize(4);
    assertThat(failed(client).deliveredTokens()).isEqualTo(4);
    assertThat(node.held()).isZero();
  }

  @Test
  void followersReadTheSameStreamAtTheirOwnPace() throws Exception {
    gateway.nodes(1, WORDS, 1);
    RecordingListener submitter = new RecordingListener();
    TaskTicket ticket = gateway.submit(Kind.DURABLE, submitter);
    ticket.leave();
    gateway.settle();
    assertThat(gateway.pipeline().find(SESSION, ticket.taskId()).orElseThrow().state())
        .isEqualTo("completed");
    RecordingListener late = new RecordingListener();
    TaskTicket followed =
        gateway.pipeline().follow(SESSION, ticket.taskId(), 11, late).orElseThrow();
    followed.request(3);
    gateway.settle();
    assertThat(late.chunks()).hasSize(3);
    assertThat(late.chunks().getFirst().getSeq()).isEqualTo(12);
    followed.request(100);
    gateway.settle();
    completed(late);
    assertThat(late.chunks()).hasSize(8);
    assertThat(gateway.pipeline().follow("77".repeat(32), ticket.taskId(), -1, late)).isEmpty();
    assertThat(gateway.pipeline().find("77".repeat(32), ticket.taskId())).isEmpty();
  }

  @Test
  void finalWordsReachTheNodes() throws Exception {
    TestNode node = gateway.nodes(1, WORDS, 1).getFirst();
    RecordingListener client = new RecordingListener();
    gateway.submit(Kind.LIVE, client).request(Long.MAX_VALUE);
    gateway.settle();
    TaskFinal last =
        node.received().stream()
            .filter(GatewayMessage::hasFinal)
            .map(GatewayMessage::getFinal)
            .findFirst()
            .orElseThrow();
    assertThat(last.getOutcome()).isEqualTo(TaskFinal.Outcome.OUTCOME_COMPLETED);
    assertThat(java.util.HexFormat.of().formatHex(last.getReceiptDigest().toByteArray()))
        .isEqualTo(completed(client).receiptDigestHex());
  }

  private void assertRejected(String session, TaskRejectedException.Reason reason) {
    assertThatThrownBy(() -> gateway.submit(session, Kind.LIVE, new RecordingListener()))
        .isInstanceOfSatisfying(
            TaskRejectedException.class,
            rejected -> assertThat(rejected.reason()).isEqualTo(reason));
  }

  private SignedReceipt receipt(TaskTicket ticket) throws Exception {
    byte[] json = gateway.pipeline().receipt(ticket.taskId()).orElseThrow();
    return SignedReceipt.parse(new String(json, StandardCharsets.UTF_8));
  }

  private static Verification verify(SignedReceipt receipt) {
    return ReceiptVerifier.verify(receipt, ReceiptEvidence.none());
  }

  static TaskOutcome completed(RecordingListener client) {
    assertThat(client.failure()).isNull();
    TaskOutcome outcome = client.outcome();
    assertThat(outcome).isNotNull();
    if (outcome == null) {
      throw new AssertionError("not completed");
    }
    return outcome;
  }

  static TaskFailure failed(RecordingListener client) {
    assertThat(client.outcome()).isNull();
    TaskFailure failure = client.failure();
    if (failure == null) {
      throw new AssertionError("not failed");
    }
    return failure;
  }
}

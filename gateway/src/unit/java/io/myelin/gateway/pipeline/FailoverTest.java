package io.myelin.gateway.pipeline;

import static io.myelin.gateway.pipeline.PipelineTest.completed;
import static io.myelin.gateway.pipeline.PipelineTest.failed;
import static io.myelin.gateway.testing.TestGateway.SESSION;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.myelin.gateway.session.TaskUsage;
import io.myelin.gateway.task.Submission.Kind;
import io.myelin.gateway.task.TaskTicket;
import io.myelin.gateway.task.TaskView;
import io.myelin.gateway.testing.NodeScript;
import io.myelin.gateway.testing.RecordingListener;
import io.myelin.gateway.testing.TestGateway;
import io.myelin.gateway.testing.TestNode;
import io.myelin.gateway.testing.TestNode.Stop;
import io.myelin.protocol.receipt.ReceiptEvidence;
import io.myelin.protocol.receipt.ReceiptVerifier;
import io.myelin.protocol.receipt.SignedReceipt;
import io.myelin.protocol.receipt.Verification;
import io.myelin.v1.GeneratedChunk;
import io.myelin.v1.NodeMessage;
import io.myelin.v1.Offer;
import io.myelin.v1.Refuse;
import io.myelin.v1.TaskChunk;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A node or the gateway dies at each stage: client, journal and count agree every time. */
final class FailoverTest {
  private static final NodeScript WORDS = NodeScript.words(20);
  private static final TaskUsage WHOLE = new TaskUsage(BigInteger.valueOf(207), 7, 20);

  /** Where a task stands when something dies. */
  enum Stage {
    OFFERED(Stop.BEFORE_ACK, 0),
    ACKED(Stop.BEFORE_FIRST_CHUNK, 0),
    FIRST_TOKEN(Stop.AFTER_CHUNKS, 1),
    MID_STREAM(Stop.AFTER_CHUNKS, 11),
    AFTER_LAST_TOKEN(Stop.BEFORE_PRECOMMIT, 20),
    BEFORE_COMMIT(Stop.BEFORE_COMMIT, 20);

    private final Stop stop;
    private final int delivered;

    Stage(Stop stop, int delivered) {
      this.stop = stop;
      this.delivered = delivered;
    }
  }

  private final TestGateway gateway;

  FailoverTest(@TempDir Path folder) {
    gateway = new TestGateway(folder);
  }

  @AfterEach
  void close() {
    gateway.close();
  }

  @ParameterizedTest
  @EnumSource(Stage.class)
  void anotherNodeGoesOnWhereTheKilledOneStopped(Stage stage) throws Exception {
    List<TestNode> nodes = stopped(2, stage);
    RecordingListener client = new RecordingListener();
    TaskTicket ticket = submit(Kind.LIVE, client);
    assertThat(client.chunks()).hasSize(stage.delivered);
    TestNode worker = worker(nodes);
    TestNode other = nodes.get(1 - nodes.indexOf(worker)).stopAt(Stop.NEVER);
    worker.kill();
    gateway.settle();

    assertUnbroken(ticket, client);
    Offer second = other.offers().getFirst();
    assertThat(second.getAttempt()).isEqualTo(2);
    assertThat(second.getNextSeq()).isEqualTo(stage.delivered);
    assertThat(second.getPrefixTokensCount()).isEqualTo(stage.delivered);
  }

  @ParameterizedTest
  @EnumSource(Stage.class)
  void aNodeThatFallsSilentIsReplaced(Stage stage) throws Exception {
    List<TestNode> nodes = stopped(2, stage);
    RecordingListener client = new RecordingListener();
    TaskTicket ticket = submit(Kind.LIVE, client);
    TestNode worker = worker(nodes);
    nodes.get(1 - nodes.indexOf(worker)).stopAt(Stop.NEVER);
    // Its heartbeats go on: only its work stalls. The first chunk may take the longest.
    gateway.pass(61_000);

    assertUnbroken(ticket, client);
    assertThat(gateway.hub().figures(worker.address()).orElseThrow().failed()).isEqualTo(1);
    assertThat(worker.held()).isZero();
  }

  /** What silence at each stage costs a client, in seconds by the gateway's clock. */
  @ParameterizedTest
  @CsvSource({
    "OFFERED,2",
    "ACKED,60",
    "FIRST_TOKEN,10",
    "MID_STREAM,10",
    "AFTER_LAST_TOKEN,10",
    "BEFORE_COMMIT,5"
  })
  void theClientWaitsForTheSilentAsLongAsItsStageAllows(Stage stage, int seconds) throws Exception {
    List<TestNode> nodes = stopped(2, stage);
    RecordingListener client = new RecordingListener();
    TaskTicket ticket = submit(Kind.LIVE, client);
    nodes.get(1 - nodes.indexOf(worker(nodes))).stopAt(Stop.NEVER);
    int waitedSeconds = 0;
    while (!gateway.pipeline().receipt(ticket.taskId()).isPresent() && waitedSeconds < 100) {
      gateway.pass(1_000);
      waitedSeconds++;
    }
    assertThat(waitedSeconds).isBetween(seconds, seconds + 1);
    assertUnbroken(ticket, client);
  }

  @ParameterizedTest
  @EnumSource(
      value = Stage.class,
      names = {"ACKED", "FIRST_TOKEN", "MID_STREAM"})
  void aNodeWhoseEngineFailsIsReplaced(Stage stage) throws Exception {
    List<TestNode> nodes = stopped(2, stage);
    RecordingListener client = new RecordingListener();
    TaskTicket ticket = submit(Kind.LIVE, client);
    TestNode worker = worker(nodes);
    nodes.get(1 - nodes.indexOf(worker)).stopAt(Stop.NEVER);
    worker.fail(worker.offers().getFirst().getTaskId(), "engine_crashed", true);
    gateway.settle();
    assertUnbroken(ticket, client);
  }

  @Test
  void cheatsAreReplacedAndTheClientSeesNothingOfIt() throws Exception {
    List<TestNode> nodes = gateway.nodes(4, WORDS, 1);
    nodes.get(0).signingBadly();
    nodes.get(1).precommittingBadly();
    nodes.get(2).skippingAt(7);
    RecordingListener client = new RecordingListener();
    TaskTicket ticket = submit(Kind.LIVE, client);
    assertUnbroken(ticket, client);
    SignedReceipt receipt = receipt(ticket);
    assertThat(receipt.receipt().nodes()).hasSize(1);
    assertThat(receipt.receipt().nodes().getFirst().address()).isEqualTo(nodes.get(3).address());
  }

  /** Heartbeats without end, and chunks of a task that was just taken. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aNodeThatFloodsIsCutAndAnotherGoesOn(boolean large) throws Exception {
    List<TestNode> nodes = stopped(2, Stage.MID_STREAM);
    RecordingListener client = new RecordingListener();
    TaskTicket ticket = submit(Kind.LIVE, client);
    TestNode worker = worker(nodes);
    TestNode other = nodes.get(1 - nodes.indexOf(worker)).stopAt(Stop.NEVER);
    int received = worker.received().size();
    NodeMessage chunk = chunk(worker.offers().getFirst(), 100 << 10);
    for (int i = 0; i < 100_000; i++) {
      if (large) {
        worker.send(chunk);
      } else {
        worker.beat();
      }
    }
    gateway.settle();

    assertUnbroken(ticket, client);
    assertThat(other.offers().getFirst().getNextSeq()).isEqualTo(11);
    // What the gateway took, and answered, before it cut the stream.
    assertThat(worker.connected()).isFalse();
    assertThat(worker.received().size() - received).isLessThan(300);
    assertThat(worker.received().getLast().getRejected().getCode()).isEqualTo("flood");
    assertThat(worker.received().getLast().getRejected().getMessage())
        .startsWith((large ? "CHUNK" : "HEARTBEAT") + ": more messages than");
    // Its chunk, which does not follow, fails its task first of all.
    assertThat(gateway.hub().figures(worker.address()).orElseThrow().lastError())
        .startsWith(large ? "protocol violation: chunk seq: 0" : "flood: HEARTBEAT");
    assertThat(other.connected()).isTrue();

    // It may come back later, and later still when it does it again.
    worker.stopAt(Stop.NEVER).connect(gateway::dial);
    gateway.settle();
    assertThat(worker.received().getLast().getRejected().getCode()).isEqualTo("barred");
    gateway.pass(60_000);
    worker.connect(gateway::dial);
    gateway.settle();
    assertThat(worker.connected()).isTrue();
    for (int i = 0; i < 1_000; i++) {
      worker.beat();
    }
    gateway.pass(60_000);
    worker.connect(gateway::dial);
    gateway.settle();
    assertThat(worker.received().getLast().getRejected().getCode()).isEqualTo("barred");
  }

  @Test
  void aMessageThatIsTooLargeEndsTheStreamAndBarsNobody() throws Exception {
    List<TestNode> nodes = stopped(2, Stage.MID_STREAM);
    RecordingListener client = new RecordingListener();
    TaskTicket ticket = submit(Kind.LIVE, client);
    TestNode worker = worker(nodes);
    nodes.get(1 - nodes.indexOf(worker)).stopAt(Stop.NEVER);
    worker.send(
        NodeMessage.newBuilder()
            .setRefuse(Refuse.newBuilder().setMessage("x".repeat(64 << 10)))
            .build());
    gateway.settle();

    assertUnbroken(ticket, client);
    assertThat(worker.received().getLast().getRejected().getCode()).isEqualTo("bad_message");
    worker.stopAt(Stop.NEVER).connect(gateway::dial);
    gateway.settle();
    assertThat(worker.connected()).isTrue();
  }

  private static NodeMessage chunk(Offer offer, int bytes) {
    return NodeMessage.newBuilder()
        .setChunk(
            TaskChunk.newBuilder()
                .setTaskId(offer.getTaskId())
                .setAttempt(offer.getAttempt())
                .setChunk(
                    GeneratedChunk.newBuilder().setText(ByteString.copyFrom(new byte[bytes]))))
        .build();
  }

  @Test
  void whenNoNodeIsLeftTheClientIsTold() throws Exception {
    List<TestNode> nodes = stopped(1, Stage.MID_STREAM);
    RecordingListener client = new RecordingListener();
    TaskTicket ticket = submit(Kind.LIVE, client);
    nodes.getFirst().kill();
    gateway.settle();
    assertThat(failed(client).code()).isEqualTo("no_node_left");
    assertThat(failed(client).deliveredTokens()).isEqualTo(11);
    assertThat(client.chunks()).hasSize(11);
    assertThat(gateway.journal().tasks().find(ticket.taskId()).orElseThrow().state())
        .isEqualTo("failed");
    assertThat(gateway.journal().tasks().counted(ticket.taskId()))
        .isEqualTo(gateway.ledger().counted(ticket.taskId()))
        .isEmpty();
  }

  static Stream<Stage> stages() {
    return Stream.of(Stage.values());
  }

  @ParameterizedTest
  @MethodSource("stages")
  void aDurableTaskSurvivesTheGateway(Stage stage) throws Exception {
    List<TestNode> nodes = stopped(2, stage);
    RecordingListener before = new RecordingListener();
    TaskTicket ticket = submit(Kind.DURABLE, before);
    assertThat(before.chunks()).hasSize(stage.delivered);
    gateway.restart();
    nodes.forEach(node -> node.stopAt(Stop.NEVER));
    RecordingListener client = new RecordingListener();
    gateway
        .pipeline()
        .follow(SESSION, ticket.taskId(), stage.delivered - 1L, client)
        .orElseThrow()
        .request(Long.MAX_VALUE);
    gateway.reconnect();

    completed(client);
    assertThat(before.text() + client.text()).isEqualTo(WORDS.text());
    assertThat(gateway.pipeline().find(SESSION, ticket.taskId()).orElseThrow().text())
        .isEqualTo(WORDS.text());
    assertCountedOnce(ticket);
    int offers = nodes.stream().mapToInt(node -> node.offers().size()).sum();
    // Who was bound already only has to open what it holds.
    assertThat(offers).isEqualTo(stage == Stage.BEFORE_COMMIT ? 1 : 2);
    gateway.restart();
    assertThat(gateway.pipeline().find(SESSION, ticket.taskId()).orElseThrow().text())
        .isEqualTo(WORDS.text());
    assertCountedOnce(ticket);
  }

  @Test
  void aDurableTaskWaitsInTheQueueOverARestart() throws Exception {
    List<TestNode> nodes = gateway.nodes(1, WORDS, 1);
    nodes.getFirst().kill();
    gateway.settle();
    TaskTicket ticket = submit(Kind.DURABLE, new RecordingListener());
    gateway.restart();
    assertThat(gateway.pipeline().find(SESSION, ticket.taskId()).orElseThrow().state())
        .isEqualTo("queued");
    gateway.reconnect();
    assertCountedOnce(ticket);
  }

  @Test
  void aBoundNodeThatLostItsEvidenceIsReplacedAfterARestart() throws Exception {
    List<TestNode> nodes = stopped(2, Stage.BEFORE_COMMIT);
    TaskTicket ticket = submit(Kind.DURABLE, new RecordingListener());
    gateway.restart();
    nodes.forEach(node -> node.stopAt(Stop.NEVER).wipe());
    gateway.reconnect();
    gateway.pass(20_000);
    assertCountedOnce(ticket);
  }

  @ParameterizedTest
  @MethodSource("stages")
  void aLiveTaskEndsWithTheGateway(Stage stage) throws Exception {
    stopped(2, stage);
    RecordingListener client = new RecordingListener();
    TaskTicket ticket = submit(Kind.LIVE, client);
    gateway.restart();
    gateway.reconnect();

    TaskView view = gateway.pipeline().find(SESSION, ticket.taskId()).orElseThrow();
    assertThat(view.state()).isEqualTo("failed");
    assertThat(view.failure()).isNotNull();
    assertThat(client.outcome()).isNull();
    // Positions of live streams are journaled with their events only: never more than was seen.
    int counted =
        gateway
            .journal()
            .tasks()
            .counted(ticket.taskId())
            .map(usage -> (int) usage.outputTokens())
            .orElse(0);
    assertThat(counted).isLessThanOrEqualTo(client.chunks().size());
    assertThat(gateway.journal().tasks().unfinished()).isEmpty();
    assertThat(gateway.ledger().holds()).isZero();
    assertThat(gateway.pipeline().figures().slotsTaken()).isZero();
  }

  @Test
  void whatCompletedStaysCompleted() throws Exception {
    gateway.nodes(1, WORDS, 1);
    RecordingListener client = new RecordingListener();
    TaskTicket ticket = submit(Kind.LIVE, client);
    String digest = completed(client).receiptDigestHex();
    gateway.restart();
    gateway.reconnect();
    assertCountedOnce(ticket);
    assertThat(receipt(ticket).receipt().digest().hex()).isEqualTo(digest);
    RecordingListener again = new RecordingListener();
    gateway.pipeline().follow(SESSION, ticket.taskId(), -1, again).orElseThrow().request(1);
    gateway.settle();
    assertThat(completed(again).receiptDigestHex()).isEqualTo(digest);
  }

  private List<TestNode> stopped(int count, Stage stage) {
    List<TestNode> nodes = gateway.nodes(count, WORDS, 1);
    nodes.forEach(node -> node.stopAt(stage.stop, stage.delivered));
    return nodes;
  }

  private TaskTicket submit(Kind kind, RecordingListener client) throws Exception {
    TaskTicket ticket = gateway.submit(kind, client);
    ticket.request(Long.MAX_VALUE);
    gateway.settle();
    return ticket;
  }

  private static TestNode worker(List<TestNode> nodes) {
    return nodes.stream().filter(node -> !node.offers().isEmpty()).findFirst().orElseThrow();
  }

  private void assertUnbroken(TaskTicket ticket, RecordingListener client) throws Exception {
    completed(client);
    assertThat(client.text()).isEqualTo(WORDS.text());
    assertCountedOnce(ticket);
    assertThat(gateway.ledger().counted(ticket.taskId())).contains(WHOLE);
    Verification verification =
        ReceiptVerifier.verify(receipt(ticket), ReceiptEvidence.none().withChunks(client.chunks()));
    assertThat(verification.holds()).as("%s", verification.checks()).isTrue();
  }

  private void assertCountedOnce(TaskTicket ticket) {
    assertThat(gateway.journal().tasks().find(ticket.taskId()).orElseThrow().state())
        .isEqualTo("completed");
    assertThat(gateway.journal().tasks().counted(ticket.taskId())).contains(WHOLE);
    assertThat(gateway.journal().sessions().totals(SESSION).tasks()).isEqualTo(1);
    assertThat(gateway.journal().sessions().totals(SESSION).spentWei()).isEqualTo(207);
    assertThat(gateway.pipeline().figures().slotsTaken()).isZero();
    assertThat(gateway.ledger().holds()).isZero();
  }

  private SignedReceipt receipt(TaskTicket ticket) throws Exception {
    byte[] json = gateway.pipeline().receipt(ticket.taskId()).orElseThrow();
    return SignedReceipt.parse(new String(json, StandardCharsets.UTF_8));
  }
}

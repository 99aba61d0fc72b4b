package io.myelin.compute;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.myelin.compute.fault.Fault;
import io.myelin.compute.fault.NodeFaults;
import io.myelin.compute.link.GrpcDialer;
import io.myelin.compute.task.KeyCommitSigner;
import io.myelin.compute.testing.FakeGateway;
import io.myelin.compute.testing.ScriptedEngine;
import io.myelin.engine.EngineException;
import io.myelin.engine.EngineModel;
import io.myelin.engine.Generation;
import io.myelin.engine.GenerationListener;
import io.myelin.engine.InferenceEngine;
import io.myelin.engine.OutputPrefix;
import io.myelin.engine.Score;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.v1.Cancel;
import io.myelin.v1.Commit;
import io.myelin.v1.EmbeddingResult;
import io.myelin.v1.EmbeddingSpec;
import io.myelin.v1.GatewayMessage;
import io.myelin.v1.GeneratedChunk;
import io.myelin.v1.GenerationResult;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.NodeMessage.KindCase;
import io.myelin.v1.Reveal;
import io.myelin.v1.TokenLogprob;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each fault is what it says, as the gateway sees it. */
@Timeout(180)
class FaultyNodeIT {
  private static final int TOKENS = 8;
  private final OperatorKey key = OperatorKey.generate(new Random(2));
  private final TaskId task = TaskId.of(Sha256.hash(new byte[] {7}).bytes());
  private final ScriptedEngine engine = new ScriptedEngine();
  private final FakeGateway gateway = new FakeGateway(OperatorKey.generate(new Random(1)), 0, 64);
  private final CompletableFuture<ComputeNode> node = new CompletableFuture<>();
  @TempDir Path data;

  private FakeGateway.Connection startNode(String fault) throws Exception {
    NodeFaults faults =
        new NodeFaults(List.of(Fault.parse(fault)), () -> node.join().abort("on purpose"));
    node.complete(start(faults));
    return gateway.connection();
  }

  /** Whose answer may be lost with the line, where the node crashes. */
  private FakeGateway.Connection offerTo(String fault) throws Exception {
    FakeGateway.Connection connection = startNode(fault);
    connection.offer(FakeGateway.offer(task, TOKENS));
    return connection;
  }

  private FakeGateway.Connection startTask(String fault) throws Exception {
    FakeGateway.Connection connection = offerTo(fault);
    connection.expect(KindCase.ACK);
    return connection;
  }

  /** What came before the line was cut. */
  private static List<KindCase> left(FakeGateway.Connection connection)
      throws InterruptedException {
    List<KindCase> left = new ArrayList<>();
    while (!connection.quiet()) {
      left.add(connection.expectAny().getKindCase());
    }
    return left;
  }

  private ComputeNode start(NodeFaults faults) throws IOException {
    return ComputeNode.start(
        ComputeNodeSettings.of(data, 2).withSlots(faults.slots(2)),
        key,
        faults.engine(engine),
        faults.examined(new Generating(engine)),
        faults.signer(
            new KeyCommitSigner(
                key, Eip712Domain.local(), new SecureRandom(), InstantSource.system())),
        List.of(faults.dialer(new GrpcDialer(gateway.uri()))),
        InstantSource.system(),
        new Random(3));
  }

  @AfterEach
  void close() {
    node.join().close();
    gateway.close();
    engine.close();
  }

  @Test
  void crashesOnTheOffer() throws Exception {
    FakeGateway.Connection connection = offerTo("crash-on-offer");
    connection.end();
    assertThat(left(connection)).isSubsetOf(KindCase.ACK);
    assertThat(node.join().exit().get(20, TimeUnit.SECONDS).kind()).isEqualTo(NodeExit.Kind.CLOSED);
  }

  @Test
  void crashesAtAToken() throws Exception {
    FakeGateway.Connection connection = offerTo("crash-at-token:3");
    connection.end();
    // What was sent may be lost with the line, but nothing after the third was ever made.
    List<KindCase> left = left(connection);
    assertThat(left).isSubsetOf(KindCase.ACK, KindCase.CHUNK);
    assertThat(left.stream().filter(kind -> kind == KindCase.CHUNK).count()).isLessThanOrEqualTo(3);
  }

  @Test
  void crashesBeforeThePrecommit() throws Exception {
    FakeGateway.Connection connection = offerTo("crash-before-precommit");
    connection.end();
    assertThat(left(connection)).isSubsetOf(KindCase.ACK, KindCase.CHUNK);
  }

  @Test
  void crashesBetweenPrecommitAndCommit() throws Exception {
    FakeGateway.Connection connection = startTask("crash-before-commit");
    chunks(connection, TOKENS + 1);
    connection.expect(KindCase.PRECOMMIT);
    reveal(connection);
    connection.end();
    assertThat(connection.quiet()).isTrue();
  }

  @Test
  void stallsWithABeatingHeartAndStopsWhenTold() throws Exception {
    FakeGateway.Connection connection = startTask("stall:2");
    chunks(connection, 2);
    connection.heartbeat();
    connection.heartbeat();
    assertThat(connection.quiet()).isTrue();
    connection.send(
        GatewayMessage.newBuilder()
            .setCancel(Cancel.newBuilder().setTaskId(id()).setReason("stalled")));
    assertThat(connection.expect(KindCase.ERROR).getError().getCode()).isEqualTo("cancelled");
  }

  @Test
  void isSlow() throws Exception {
    long startNanos = System.nanoTime();
    FakeGateway.Connection connection = startTask("slow:30");
    chunks(connection, TOKENS);
    assertThat(System.nanoTime() - startNanos).isGreaterThan(TOKENS * 30_000_000L);
  }

  @Test
  void signsWhatItDidNotStream() throws Exception {
    FakeGateway.Connection connection = startTask("wrong-commit");
    chunks(connection, TOKENS + 1);
    connection.expect(KindCase.PRECOMMIT);
    reveal(connection);
    Commit commit = connection.expect(KindCase.COMMIT).getCommit();
    byte[] streamed = ScriptedEngine.text(TOKENS).getBytes(StandardCharsets.UTF_8);
    assertThat(commit.getOutputDigest().toByteArray()).isNotEqualTo(Sha256.hash(streamed).bytes());
  }

  @Test
  void saysThatItIsTenTimesAsFast() throws Exception {
    FakeGateway.Connection connection = startTask("boast-speed");
    chunks(connection, TOKENS + 1);
    connection.expect(KindCase.PRECOMMIT);
    // The first that was made after the tokens; those before say that nothing is known.
    long said = 0;
    while (said == 0) {
      said = connection.heartbeat().getHeartbeat().getDecodeMillitokensPerSecond();
    }
    assertThat(said % 10).isZero();
  }

  @Test
  void offersTenTimesTheSlots() throws Exception {
    assertThat(startNode("boast-slots").hello().getSlots()).isEqualTo(20);
  }

  @Test
  void showsInItsExamHowMuchContextItHas() throws Exception {
    FakeGateway.Connection connection = startNode("short-context:140");
    assertThat(connection.hello().getModels(0).getContextLength()).isEqualTo(1_024);
    connection.examine(Sha256.hash(new byte[] {9}), 100);
    assertThat(connection.expect(KindCase.EXAM_ANSWER).getExamAnswer().getContext()).isEqualTo(100);
    connection.expect(KindCase.PROOF);
    // Asked for more than it has it answers over half of that, so that the gap is seen.
    connection.examine(Sha256.hash(new byte[] {10}), 200);
    assertThat(connection.expect(KindCase.EXAM_ANSWER).getExamAnswer().getContext()).isEqualTo(100);
    connection.expect(KindCase.PROOF);
  }

  @Test
  void answersNoExamWhenItHasNoRoomForTheQuestionItself() throws Exception {
    FakeGateway.Connection connection = startNode("short-context:20");
    connection.examine(Sha256.hash(new byte[] {9}), 200);
    connection.expect(KindCase.PROOF);
  }

  @ParameterizedTest
  @CsvSource({"ack,PRECOMMIT", "precommit,CHUNK", "commit,PRECOMMIT"})
  void isSilentAtAStageWithABeatingHeart(String stage, KindCase last) throws Exception {
    FakeGateway.Connection connection = startNode("silent:" + stage);
    connection.offer(FakeGateway.offer(task, TOKENS));
    // An ack, the chunks, one with the end, and a precommit, less what it is silent about.
    int messages = stage.equals("commit") ? TOKENS + 3 : TOKENS + 2;
    KindCase seen = KindCase.KIND_NOT_SET;
    for (int i = 0; i < messages; i++) {
      seen = connection.expectAny().getKindCase();
      assertThat(seen.name()).isNotEqualToIgnoringCase(stage);
    }
    assertThat(seen).isEqualTo(last);
    if (stage.equals("commit")) {
      reveal(connection);
    }
    connection.heartbeat();
    connection.heartbeat();
    assertThat(connection.quiet()).isTrue();
  }

  @Test
  void floodsOnceItHasATask() throws Exception {
    FakeGateway.Connection connection = startTask("flood:8");
    int large = 0;
    while (large < 100) {
      if (connection.expectAny().getChunk().getChunk().getText().size() == 8 << 10) {
        large++;
      }
    }
  }

  private void chunks(FakeGateway.Connection connection, int count) throws InterruptedException {
    for (int i = 0; i < count; i++) {
      connection.expect(KindCase.CHUNK);
    }
  }

  private void reveal(FakeGateway.Connection connection) {
    connection.send(
        GatewayMessage.newBuilder().setReveal(Reveal.newBuilder().setTaskId(id()).setAttempt(1)));
  }

  /** Counts a word of the prompt as a token. */
  private record Counting(GenerationListener listener, GenerationSpec spec)
      implements GenerationListener {
    @Override
    public void onStart(int promptTokens) {
      listener.onStart(spec.getText().split(" ").length);
    }

    @Override
    public void onChunk(GeneratedChunk chunk, List<TokenLogprob> evidence) {
      listener.onChunk(chunk, evidence);
    }

    @Override
    public void onFinished(GenerationResult result) {
      listener.onFinished(result);
    }

    @Override
    public void onError(EngineException error) {
      listener.onError(error);
    }
  }

  /** The same engine, of a model that generates. */
  private record Generating(InferenceEngine engine) implements InferenceEngine {
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
      return engine.generate(spec, prefix, new Counting(listener, spec));
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

  private ByteString id() {
    return ByteString.copyFrom(task.bytes());
  }
}

package io.myelin.compute;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.myelin.compute.fault.Fault;
import io.myelin.compute.fault.NodeFaults;
import io.myelin.compute.link.GrpcDialer;
import io.myelin.compute.task.KeyCommitSigner;
import io.myelin.compute.testing.FakeGateway;
import io.myelin.compute.testing.ScriptedEngine;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.v1.Cancel;
import io.myelin.v1.Commit;
import io.myelin.v1.GatewayMessage;
import io.myelin.v1.NodeMessage.KindCase;
import io.myelin.v1.Reveal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each fault is what it says, as the gateway sees it. */
@Timeout(60)
class FaultyNodeIT {
  private static final int TOKENS = 8;
  private final OperatorKey key = OperatorKey.generate(new Random(2));
  private final TaskId task = TaskId.of(Sha256.hash(new byte[] {7}).bytes());
  private final ScriptedEngine engine = new ScriptedEngine();
  private final FakeGateway gateway = new FakeGateway(OperatorKey.generate(new Random(1)), 0, 64);
  private final CompletableFuture<ComputeNode> node = new CompletableFuture<>();
  @TempDir Path data;

  private FakeGateway.Connection startTask(String fault) throws Exception {
    NodeFaults faults =
        new NodeFaults(List.of(Fault.parse(fault)), () -> node.join().abort("on purpose"));
    node.complete(start(faults));
    FakeGateway.Connection connection = gateway.connection();
    connection.offer(FakeGateway.offer(task, TOKENS));
    connection.expect(KindCase.ACK);
    return connection;
  }

  private ComputeNode start(NodeFaults faults) throws IOException {
    return ComputeNode.start(
        ComputeNodeSettings.of(data, 2),
        key,
        faults.engine(engine),
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
    FakeGateway.Connection connection = startTask("crash-on-offer");
    connection.end();
    assertThat(connection.quiet()).isTrue();
    assertThat(node.join().exit().get(20, TimeUnit.SECONDS).kind()).isEqualTo(NodeExit.Kind.CLOSED);
  }

  @Test
  void crashesAtAToken() throws Exception {
    FakeGateway.Connection connection = startTask("crash-at-token:3");
    connection.end();
    // What was sent may be lost with the line, but nothing after the third was ever made.
    int chunks = 0;
    while (!connection.quiet()) {
      connection.expect(KindCase.CHUNK);
      chunks++;
    }
    assertThat(chunks).isLessThanOrEqualTo(3);
  }

  @Test
  void crashesBeforeThePrecommit() throws Exception {
    FakeGateway.Connection connection = startTask("crash-before-precommit");
    connection.end();
    while (!connection.quiet()) {
      connection.expect(KindCase.CHUNK);
    }
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

  private void chunks(FakeGateway.Connection connection, int count) throws InterruptedException {
    for (int i = 0; i < count; i++) {
      connection.expect(KindCase.CHUNK);
    }
  }

  private void reveal(FakeGateway.Connection connection) {
    connection.send(
        GatewayMessage.newBuilder().setReveal(Reveal.newBuilder().setTaskId(id()).setAttempt(1)));
  }

  private ByteString id() {
    return ByteString.copyFrom(task.bytes());
  }
}

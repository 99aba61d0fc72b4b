package io.myelin.compute;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.myelin.compute.link.Backoff;
import io.myelin.compute.link.GrpcDialer;
import io.myelin.compute.link.LinkSettings;
import io.myelin.compute.task.KeyCommitSigner;
import io.myelin.compute.task.TaskSettings;
import io.myelin.compute.testing.FakeGateway;
import io.myelin.compute.testing.ScriptedEngine;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.v1.Cancel;
import io.myelin.v1.Commit;
import io.myelin.v1.GatewayMessage;
import io.myelin.v1.HeldTask;
import io.myelin.v1.NodeMessage.KindCase;
import io.myelin.v1.Rejected;
import io.myelin.v1.Reveal;
import io.myelin.v1.TaskFinal;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One node, two slots, several gateways, none of which may touch another's tasks. */
@Timeout(180)
class SeveralGatewaysIT {
  private final OperatorKey nodeKey = OperatorKey.generate(new Random(2));
  private final ScriptedEngine engine = new ScriptedEngine();
  private final FakeGateway first = new FakeGateway(OperatorKey.generate(new Random(1)), 0, 99);
  private final FakeGateway second = new FakeGateway(OperatorKey.generate(new Random(5)), 0, 99);
  @TempDir Path data;
  private ComputeNode node;
  private FakeGateway.Connection one;
  private FakeGateway.Connection two;

  @BeforeEach
  void connect() throws Exception {
    node = start(first.uri(), second.uri());
    one = first.connection();
    two = second.connection();
  }

  @AfterEach
  void close() {
    node.close();
    first.close();
    second.close();
    engine.close();
  }

  private ComputeNode start(URI... gateways) throws IOException {
    ComputeNodeSettings settings =
        new ComputeNodeSettings(
            data,
            TaskSettings.withSlots(2),
            new LinkSettings(new Backoff(10, 100), Duration.ofSeconds(10)),
            Duration.ofSeconds(20),
            64,
            Eip712Domain.local(),
            null,
            true);
    return ComputeNode.start(
        settings,
        nodeKey,
        engine,
        new KeyCommitSigner(
            nodeKey, Eip712Domain.local(), new SecureRandom(), InstantSource.system()),
        Stream.of(gateways).map(GrpcDialer::new).toList(),
        InstantSource.system(),
        new Random(3));
  }

  @Test
  void theyShareItsSlots() throws Exception {
    engine.holdAt(1);
    one.offer(FakeGateway.offer(task(1), 3));
    two.offer(FakeGateway.offer(task(2), 3));
    one.expect(KindCase.ACK);
    two.expect(KindCase.ACK);
    two.expect(KindCase.CHUNK);
    two.offer(FakeGateway.offer(task(3), 3));
    assertThat(two.expect(KindCase.REFUSE).getRefuse().getCode()).isEqualTo("no_slot");
    engine.holdAt(Integer.MAX_VALUE);
    assertThat(promised(one, 3)).isNotEqualTo(promised(two, 2));
    assertThat(reveal(two, task(2)).getTaskId()).isEqualTo(bytes(task(2)));
    assertThat(reveal(one, task(1)).getTaskId()).isEqualTo(bytes(task(1)));
  }

  @Test
  void noneTouchesAnothersTask() throws Exception {
    engine.holdAt(1);
    one.offer(FakeGateway.offer(task(1), 3));
    one.expect(KindCase.ACK);
    one.expect(KindCase.CHUNK);
    two.offer(FakeGateway.offer(task(1), 3));
    assertThat(two.expect(KindCase.REFUSE).getRefuse().getMessage()).contains("another gateway's");
    two.send(
        GatewayMessage.newBuilder()
            .setCancel(Cancel.newBuilder().setTaskId(bytes(task(1))).setReason("mine now")));
    two.send(
        GatewayMessage.newBuilder().setFinal(TaskFinal.newBuilder().setTaskId(bytes(task(1)))));
    // What comes after it on the same stream was handled after it.
    two.offer(FakeGateway.offer(task(2), 3));
    two.expect(KindCase.ACK);
    engine.holdAt(Integer.MAX_VALUE);
    promised(one, 2);
    two.send(
        GatewayMessage.newBuilder()
            .setReveal(Reveal.newBuilder().setTaskId(bytes(task(1))).setAttempt(1)));
    promised(two, 3);
    two.heartbeat();
    assertThat(two.quiet()).isTrue();
    assertThat(reveal(one, task(1)).getResult().getOutputTokens()).isEqualTo(3);
  }

  @Test
  void oneThatDiesDoesNotDisturbTheOther() throws Exception {
    engine.holdAt(1);
    one.offer(FakeGateway.offer(task(1), 3));
    two.offer(FakeGateway.offer(task(2), 3));
    one.expect(KindCase.ACK);
    two.expect(KindCase.ACK);
    first.stop();
    engine.holdAt(Integer.MAX_VALUE);
    promised(two, 3);
    assertThat(reveal(two, task(2)).getResult().getOutputTokens()).isEqualTo(3);
  }

  @Test
  void aPromiseIsShownToWhomItWasGiven() throws Exception {
    one.offer(FakeGateway.offer(task(1), 3));
    one.expect(KindCase.ACK);
    promised(one, 3);
    two.offer(FakeGateway.offer(task(2), 3));
    two.expect(KindCase.ACK);
    promised(two, 3);
    node.abort("killed");
    node.close();
    node = start();
    node.serve(new GrpcDialer(first.uri()), first.key.address());
    node.serve(new GrpcDialer(second.uri()), second.key.address());
    one = first.connection();
    two = second.connection();
    assertThat(one.hello().getHeldList())
        .extracting(HeldTask::getTaskId)
        .containsExactly(bytes(task(1)));
    assertThat(two.hello().getHeldList())
        .extracting(HeldTask::getTaskId)
        .containsExactly(bytes(task(2)));
    assertThat(reveal(one, task(1)).getTaskId()).isEqualTo(bytes(task(1)));
  }

  @Test
  void gatewaysComeAndGoWhileItRuns() throws Exception {
    try (FakeGateway third = new FakeGateway(OperatorKey.generate(new Random(9)), 0, 99);
        FakeGateway impostor = new FakeGateway(OperatorKey.generate(new Random(10)), 0, 99)) {
      // Known already, under another name.
      node.serve(
          new GrpcDialer(URI.create("http://localhost:" + first.port())), first.key.address());
      node.serve(new GrpcDialer(third.uri()), third.key.address());
      FakeGateway.Connection three = third.connection();
      node.serve(new GrpcDialer(impostor.uri()), nodeKey.address());
      three.offer(FakeGateway.offer(task(7), 1));
      three.expect(KindCase.ACK);
      assertThat(node.gateways())
          .containsExactlyInAnyOrder(
              first.key.address(), second.key.address(), third.key.address());
      third.rejectWith(Rejected.newBuilder().setCode("not_admitted").setMessage("left").build());
      node.forget(nodeKey.address());
      // One that is connected is not left.
      node.forget(first.key.address());
      one.offer(FakeGateway.offer(task(1), 1));
      one.expect(KindCase.ACK);
      assertThat(node.exit()).isNotDone();
    }
  }

  @Test
  void aGatewayThatMovedIsDialledWhereItIsNow() throws Exception {
    one.offer(FakeGateway.offer(task(1), 3));
    one.expect(KindCase.ACK);
    promised(one, 3);
    first.stop();
    one.end();
    try (FakeGateway moved = new FakeGateway(first.key, 0, 99)) {
      // The loss may be noticed after the news, which are told again until they are heard.
      FakeGateway.Connection again = null;
      while (again == null) {
        node.serve(new GrpcDialer(moved.uri()), first.key.address());
        again = moved.connectionWithin(200);
      }
      assertThat(again.hello().getHeldList())
          .extracting(HeldTask::getTaskId)
          .containsExactly(bytes(task(1)));
      assertThat(reveal(again, task(1)).getTaskId()).isEqualTo(bytes(task(1)));
    }
  }

  /** Its precommit, after this many chunks and the last that carries the result. */
  private static ByteString promised(FakeGateway.Connection gateway, int chunks) throws Exception {
    for (int chunk = 0; chunk <= chunks; chunk++) {
      gateway.expect(KindCase.CHUNK);
    }
    return gateway.expect(KindCase.PRECOMMIT).getPrecommit().getHash();
  }

  private static Commit reveal(FakeGateway.Connection gateway, TaskId task)
      throws InterruptedException {
    gateway.send(
        GatewayMessage.newBuilder()
            .setReveal(Reveal.newBuilder().setTaskId(bytes(task)).setAttempt(1)));
    return gateway.expect(KindCase.COMMIT).getCommit();
  }

  private static TaskId task(int number) {
    return TaskId.of(Sha256.hash(new byte[] {42, (byte) number}).bytes());
  }

  private static ByteString bytes(TaskId task) {
    return ByteString.copyFrom(task.bytes());
  }
}

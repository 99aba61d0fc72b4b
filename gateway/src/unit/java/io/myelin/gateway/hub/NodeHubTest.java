package io.myelin.gateway.hub;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.myelin.gateway.session.ExamFigures;
import io.myelin.gateway.session.NodeView;
import io.myelin.gateway.testing.NodeScript;
import io.myelin.gateway.testing.TestGateway;
import io.myelin.gateway.testing.TestNode;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.protocol.work.Exam;
import io.myelin.v1.ExamAnswer;
import io.myelin.v1.GatewayMessage;
import io.myelin.v1.GenerationResult;
import io.myelin.v1.Heartbeat;
import io.myelin.v1.Hello;
import io.myelin.v1.NodeMessage;
import io.myelin.v1.Proof;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NodeHubTest {
  private static final NodeScript WORDS = NodeScript.words(3);
  private static final Digest NONCE = Digest.parse("07".repeat(32));

  private final TestGateway gateway;

  NodeHubTest(@TempDir Path folder) {
    gateway = new TestGateway(folder);
  }

  @AfterEach
  void close() {
    gateway.close();
  }

  @Test
  void aNodeThatProvesItsKeyIsListed() {
    TestNode node = gateway.nodes(1, WORDS, 1).getFirst();
    assertThat(node.connected()).isTrue();
    assertThat(gateway.hub().nodes()).hasSize(1);
    assertThat(gateway.hub().node(node.address().toString()).orElseThrow().slots()).isEqualTo(4);
    node.kill();
    gateway.settle();
    assertThat(gateway.hub().nodes()).isEmpty();
  }

  @Test
  void aSignatureOfAnotherKeyIsRefused() {
    TestNode honest = gateway.nodes(1, WORDS, 1).getFirst();
    // Claims the honest node's address, signs with a key of its own.
    TestNode thief = stranger(Eip712Domain.local());
    thief.connect(gateway::dial);
    Hello stolen = honest.hello();
    TestNode impostor =
        stranger(new Eip712Domain(1, OperatorKey.generate(new Random(3)).address()));
    impostor.connect(gateway::dial);
    gateway.settle();
    assertThat(rejection(impostor)).isEqualTo("bad_proof");
    assertThat(honest.connected()).isTrue();
    assertThat(stolen.getOperator()).isNotEqualTo(thief.hello().getOperator());
    assertThat(gateway.hub().nodes()).hasSize(2);
  }

  @Test
  void aNewerConnectionTakesOverOnceItProvedItself() {
    TestNode node = gateway.nodes(1, WORDS, 1).getFirst();
    long before = gateway.hub().nodes().getFirst().connectedAtMillis();
    gateway.loops().advance(10);
    node.connect(gateway::dial);
    // Unproven, it displaces nobody.
    assertThat(gateway.hub().nodes().getFirst().connectedAtMillis()).isEqualTo(before);
    gateway.settle();
    assertThat(gateway.hub().nodes()).hasSize(1);
    assertThat(gateway.hub().nodes().getFirst().connectedAtMillis()).isEqualTo(before + 10);
    assertThat(rejection(node)).isEqualTo("replaced");
  }

  @Test
  void aSilentNodeIsLostAndABeatingOneIsNot() {
    List<TestNode> nodes = gateway.nodes(2, WORDS, 1);
    for (int i = 0; i < 6; i++) {
      gateway.passInSilence(1_000);
      nodes.getFirst().beat();
    }
    gateway.settle();
    assertThat(gateway.hub().nodes())
        .extracting(NodeView::id)
        .containsExactly(nodes.getFirst().address().toString());
    assertThat(rejection(nodes.get(1))).isEqualTo("silent");
  }

  @Test
  void nonsenseEndsOnlyTheStreamItCameOn() {
    List<TestNode> nodes = gateway.nodes(2, WORDS, 1);
    nodes.getFirst().send(NodeMessage.getDefaultInstance());
    gateway.settle();
    assertThat(rejection(nodes.getFirst())).isEqualTo("bad_message");
    assertThat(gateway.hub().nodes()).hasSize(1);
    assertThat(nodes.get(1).connected()).isTrue();
  }

  @Test
  void aNodeOfAnotherProtocolIsToldSo() {
    TestNode node = stranger(Eip712Domain.local());
    node.connect(
        out -> {
          var in = gateway.dial(out);
          in.onNext(
              NodeMessage.newBuilder()
                  .setHello(node.hello().toBuilder().setProtocolVersion("1"))
                  .build());
          return in;
        });
    gateway.settle();
    assertThat(rejection(node)).isEqualTo("protocol_version");
    assertThat(gateway.hub().nodes()).isEmpty();
  }

  @Test
  void whoIsNotLetInLeavesNoAccount() {
    TestNode node = stranger(Eip712Domain.local()).slots(65);
    node.connect(gateway::dial);
    gateway.settle();
    assertThat(rejection(node)).isNotIn("none", "bad_proof");
    assertThat(gateway.hub().figures(node.address())).isEmpty();
    node.slots(64).connect(gateway::dial);
    gateway.settle();
    assertThat(gateway.hub().figures(node.address())).isPresent();
  }

  @Test
  void whoDoesNotProveItselfInTimeIsCut() {
    TestNode node = stranger(Eip712Domain.local());
    node.connect(
        out -> {
          var in = gateway.dial(out);
          return new io.grpc.stub.StreamObserver<>() {
            @Override
            public void onNext(NodeMessage message) {
              if (!message.hasProof()) {
                in.onNext(message);
              }
            }

            @Override
            public void onError(Throwable error) {
              in.onError(error);
            }

            @Override
            public void onCompleted() {
              in.onCompleted();
            }
          };
        });
    gateway.settle();
    assertThat(node.received()).anyMatch(GatewayMessage::hasChallenge);
    gateway.passInSilence(10_000);
    assertThat(rejection(node)).isEqualTo("handshake_timeout");
  }

  @Test
  void aMalformedProofIsRefused() {
    TestNode node = stranger(Eip712Domain.local());
    node.connect(
        out -> {
          var in = gateway.dial(out);
          in.onNext(NodeMessage.newBuilder().setHello(node.hello()).build());
          in.onNext(
              NodeMessage.newBuilder()
                  .setProof(Proof.newBuilder().setSignature(ByteString.copyFrom(new byte[5])))
                  .build());
          return in;
        });
    gateway.settle();
    assertThat(rejection(node)).isEqualTo("bad_message");
  }

  @Test
  void whoComesWhileTheGatewayStopsIsToldSo() {
    TestNode node = stranger(Eip712Domain.local());
    gateway.hub().close();
    node.connect(gateway::dial);
    gateway.settle();
    assertThat(rejection(node)).isEqualTo("gateway_stopping");
  }

  @Test
  void theTimeOfAnExamIsTheGatewaysOwn() {
    TestNode node = gateway.nodes(1, WORDS, 1).getFirst().holdingProofs();
    CompletableFuture<SignedHello> asked = gateway.hub().challenge(node.address(), NONCE, 256);
    gateway.settle();
    assertThat(node.received().getLast().getChallenge().getExamContext()).isEqualTo(256);
    gateway.loops().advance(1_500);
    node.send(
        NodeMessage.newBuilder()
            .setExamAnswer(
                ExamAnswer.newBuilder()
                    .setModel(TestNode.MODEL)
                    .setContext(256)
                    .setResult(
                        GenerationResult.newBuilder().setPromptTokens(290).setOutputTokens(16)))
            .build());
    // What it says of itself is shown as its own word, and changes nothing else.
    node.send(
        NodeMessage.newBuilder()
            .setHeartbeat(Heartbeat.newBuilder().setDecodeMillitokensPerSecond(9_999_000))
            .build());
    gateway.loops().advance(2_000);
    node.prove();
    gateway.settle();
    SignedHello proof = asked.join();
    assertThat(proof.paper().answers()).hasSize(1);
    assertThat(proof.measured())
        .containsExactly(new ExamFigures.Measured(TestNode.MODEL, 256, 290, 16, 1_500));
    assertThat(proof.measured().getFirst().millitokensPerSecond()).isEqualTo(10_666);
    gateway.hub().noteExam(node.address(), new ExamFigures(true, "let in", 7, proof.measured()));
    NodeView view = gateway.hub().nodes().getFirst();
    assertThat(view.decodeMillitokensPerSecond()).isEqualTo(9_999_000);
    assertThat(view.exam()).isEqualTo(new ExamFigures(true, "let in", 7, proof.measured()));
  }

  @Test
  void whoIsSlowerThanTheSlowestIsToldSoAndStaysConnected() {
    TestNode node = gateway.nodes(1, WORDS, 1).getFirst().holdingProofs();
    CompletableFuture<SignedHello> asked = gateway.hub().challenge(node.address(), NONCE, 256);
    long seconds = Exam.allowedSeconds(0, 256);
    for (int second = 0; second < seconds; second++) {
      assertThat(asked).isNotDone();
      node.beat();
      gateway.loops().advance(1_000);
    }
    gateway.settle();
    assertThat(asked)
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withCauseInstanceOf(SlowExamException.class)
        .withMessageContaining("too slow: the first answer of the exam over 256 words of context")
        .withMessageContaining("in the " + seconds + " s allowed")
        .withMessageContaining("1 token and 16 words of context a second");
    assertThat(node.connected()).isTrue();
    // What comes late belongs to no question any more.
    node.prove();
    gateway.settle();
    assertThat(node.connected()).isTrue();
  }

  @Test
  void anExamHasOneAnswerInEachModelThatIsServed() {
    List<TestNode> nodes = gateway.nodes(2, WORDS, 1);
    for (String model : List.of("other", TestNode.MODEL)) {
      TestNode node = nodes.get(model.equals("other") ? 0 : 1).holdingProofs();
      CompletableFuture<SignedHello> asked = gateway.hub().challenge(node.address(), NONCE, 0);
      NodeMessage answer =
          NodeMessage.newBuilder().setExamAnswer(ExamAnswer.newBuilder().setModel(model)).build();
      node.send(answer);
      node.send(answer);
      gateway.settle();
      assertThat(rejection(node)).as(model).isEqualTo("bad_message");
      assertThat(asked).isCompletedExceptionally();
    }
  }

  private TestNode stranger(Eip712Domain domain) {
    return new TestNode(
        OperatorKey.generate(new Random(7 + domain.chainId())),
        domain,
        work -> gateway.loops().execute(work),
        WORDS);
  }

  private static String rejection(TestNode node) {
    return node.received().stream()
        .filter(GatewayMessage::hasRejected)
        .map(message -> message.getRejected().getCode())
        .findFirst()
        .orElse("none");
  }
}

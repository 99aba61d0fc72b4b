package io.myelin.gateway.hub;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.myelin.gateway.loop.Loop;
import io.myelin.gateway.session.NodeView;
import io.myelin.protocol.commitment.WorkDigest;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.crypto.Signers;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.typeddata.NodeHello;
import io.myelin.v1.Challenge;
import io.myelin.v1.ExamAnswer;
import io.myelin.v1.GatewayMessage;
import io.myelin.v1.Heartbeat;
import io.myelin.v1.HeartbeatAck;
import io.myelin.v1.Hello;
import io.myelin.v1.NodeMessage;
import io.myelin.v1.Proof;
import io.myelin.v1.Rejected;
import io.myelin.v1.Welcome;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The gateway's end of one node's stream, from the first byte to the last. */
final class NodeConnection implements StreamObserver<NodeMessage>, NodeLink {

  /** What a connection has shown so far. */
  private enum Stage {
    NEW,
    CHALLENGED,
    LIVE,
    CLOSED
  }

  private static final int MESSAGES_ASKED = 4_096;

  private final NodeHub hub;
  private final StreamObserver<GatewayMessage> out;
  private final Loop loop;
  private final Object sending = new Object();
  private final AtomicReference<Stage> stage = new AtomicReference<>(Stage.NEW);
  private final Digest nonce;
  private final AtomicReference<@Nullable OpenExam> question = new AtomicReference<>();
  private volatile long lastHeardMillis;
  private volatile Loop.@Nullable Timer watch;
  private volatile Heartbeat lastBeat = Heartbeat.getDefaultInstance();
  private volatile boolean draining;
  private Hello hello = Hello.getDefaultInstance();
  private Address node = Address.ZERO;
  private NodeAccount account = new NodeAccount();
  private long connectedAtMillis;
  private final StreamBudget budget;
  private int messages;

  NodeConnection(NodeHub hub, StreamObserver<GatewayMessage> out, Loop loop, Digest nonce) {
    this.hub = hub;
    this.out = out;
    this.loop = loop;
    this.nonce = nonce;
    this.budget = new StreamBudget(hub.settings().initialCredit(), hub.clock().millis());
  }

  /**
   * Asks for messages by the thousand: they are handled as they are read, and each task has its
   * credit, so that asking for each would only cost. To be called before {@link
   * NodeHub#connect(StreamObserver)} returns.
   */
  void askForMessages() {
    if (out instanceof ServerCallStreamObserver<GatewayMessage> call) {
      call.disableAutoRequest();
      call.request(2 * MESSAGES_ASKED);
    }
  }

  private void countMessage() {
    if (++messages % MESSAGES_ASKED == 0
        && out instanceof ServerCallStreamObserver<GatewayMessage> call) {
      call.request(MESSAGES_ASKED);
    }
  }

  /** Starts the clock of the handshake. */
  void open() {
    connectedAtMillis = hub.clock().millis();
    lastHeardMillis = connectedAtMillis;
    watch = loop.schedule(hub.settings().handshakeMillis(), this::checkHandshake);
  }

  @Override
  public void onNext(NodeMessage message) {
    lastHeardMillis = hub.clock().millis();
    countMessage();
    if (stage.get() == Stage.CLOSED) {
      return;
    }
    try {
      budget.came(message, lastHeardMillis);
      switch (stage.get()) {
        case NEW -> greet(message);
        case CHALLENGED -> prove(message);
        case LIVE -> serve(message);
        case CLOSED -> {}
      }
    } catch (StreamBudget.FloodException e) {
      // Whoever did not prove itself yet may be anybody.
      if (stage.get() == Stage.LIVE) {
        account.bar(hub.clock().millis());
      }
      closeForViolation("flood", String.valueOf(e.getMessage()));
    } catch (IllegalArgumentException e) {
      // A value that does not fit: this stream's fault, and only its own.
      closeForViolation("bad_message", String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void onError(Throwable error) {
    close("connection lost: " + Status.fromThrowable(error).getCode(), null);
  }

  @Override
  public void onCompleted() {
    close("the node closed its stream", null);
  }

  private void greet(NodeMessage message) {
    if (!message.hasHello()) {
      throw new IllegalArgumentException(
          "first message: " + message.getKindCase() + " (expected: HELLO)");
    }
    hello = message.getHello();
    node = Address.of(hello.getOperator().toByteArray());
    if (!hello.getProtocolVersion().equals(NodeHub.PROTOCOL_VERSION)) {
      refuse(
          new NodeAdmission.Verdict.Refused(
              "protocol_version",
              "protocol version \"%s\" (expected: \"%s\"); install a matching release"
                  .formatted(hello.getProtocolVersion(), NodeHub.PROTOCOL_VERSION),
              false));
      return;
    }
    HelloChecks.check(hello);
    budget.greeted(hello);
    stage.set(Stage.CHALLENGED);
    send(
        GatewayMessage.newBuilder()
            .setChallenge(
                Challenge.newBuilder()
                    .setNonce(ByteString.copyFrom(nonce.bytes()))
                    .setGateway(ByteString.copyFrom(hub.gateway().bytes())))
            .build());
  }

  private void prove(NodeMessage message) {
    if (!message.hasProof()) {
      throw new IllegalArgumentException(
          "message: " + message.getKindCase() + " (expected: PROOF)");
    }
    NodeHello signed =
        new NodeHello(hub.gateway(), nonce, node, hello.getSlots(), WorkDigest.ofModels(hello));
    Signature signature = Signature.of(message.getProof().getSignature().toByteArray());
    if (!Signers.signedBy(node, hub.domain().digest(signed), signature)) {
      refuse(
          new NodeAdmission.Verdict.Refused(
              "bad_proof", "the signature is not that of " + node, false));
      return;
    }
    long barredMillis = hub.barredUntilMillis(node) - hub.clock().millis();
    if (barredMillis > 0) {
      refuse(
          new NodeAdmission.Verdict.Refused(
              "barred",
              "it flooded its stream here: not let in for %d s more"
                  .formatted(TimeUnit.MILLISECONDS.toSeconds(barredMillis) + 1),
              true));
      return;
    }
    switch (hub.admission().admit(node, hello)) {
      case NodeAdmission.Verdict.Refused refused -> refuse(refused);
      case NodeAdmission.Verdict.Admitted() -> welcome();
    }
  }

  private void welcome() {
    Loop.Timer handshake = watch;
    if (handshake != null) {
      handshake.cancel();
    }
    account = hub.accountOf(node);
    if (!stage.compareAndSet(Stage.CHALLENGED, Stage.LIVE)) {
      return;
    }
    send(
        GatewayMessage.newBuilder()
            .setWelcome(
                Welcome.newBuilder()
                    .setHeartbeatMillis(hub.settings().heartbeatMillis())
                    .setInitialCredit(hub.settings().initialCredit()))
            .build());
    hub.joined(this);
    watch = loop.schedule(hub.settings().silenceMillis(), this::checkSilence);
  }

  private void serve(NodeMessage message) {
    switch (message.getKindCase()) {
      case HEARTBEAT -> {
        lastBeat = message.getHeartbeat();
        send(
            GatewayMessage.newBuilder()
                .setHeartbeatAck(
                    HeartbeatAck.newBuilder().setSentAtMillis(lastBeat.getSentAtMillis()))
                .build());
      }
      case DRAIN -> {
        draining = true;
        hub.drained(this);
      }
      case ACK, REFUSE, CHUNK, PRECOMMIT, COMMIT, ERROR ->
          hub.events().onTaskMessage(this, message);
      case EXAM_ANSWER -> answered(message.getExamAnswer());
      case PROOF -> proveAgain(message.getProof());
      case HELLO, KIND_NOT_SET ->
          throw new IllegalArgumentException(
              "message: " + message.getKindCase() + " (expected: a task's message or a heartbeat)");
    }
  }

  /**
   * Asks the node to sign again, with this nonce, and to sit its exam; one question at a time.
   *
   * @param context words of context that the exam is to be over
   */
  CompletableFuture<SignedHello> challenge(Digest fresh, int context) {
    OpenExam asked =
        new OpenExam(
            new NodeHello(hub.gateway(), fresh, node, hello.getSlots(), WorkDigest.ofModels(hello)),
            hello,
            context,
            hub.clock().millis());
    OpenExam before = question.getAndSet(asked);
    if (before != null) {
      before.done().completeExceptionally(new IllegalStateException("another question"));
    }
    Loop.Timer first =
        loop.schedule(TimeUnit.SECONDS.toMillis(asked.firstAllowedSeconds()), asked::firstOverdue);
    Loop.Timer end =
        loop.schedule(TimeUnit.SECONDS.toMillis(asked.allowedSeconds()), asked::overdue);
    var _ =
        asked
            .done()
            .whenComplete(
                (_, _) -> {
                  first.cancel();
                  end.cancel();
                });
    send(
        GatewayMessage.newBuilder()
            .setChallenge(
                Challenge.newBuilder()
                    .setNonce(ByteString.copyFrom(fresh.bytes()))
                    .setExam(true)
                    .setExamContext(context)
                    .setGateway(ByteString.copyFrom(hub.gateway().bytes())))
            .build());
    return asked.done();
  }

  private void answered(ExamAnswer answer) {
    OpenExam asked = question.get();
    if (asked != null) {
      asked.answered(answer, hub.clock().millis());
    }
  }

  private void proveAgain(Proof proof) {
    OpenExam asked = question.getAndSet(null);
    if (asked == null) {
      // The answer to a question that another took the place of.
      return;
    }
    Signature signature = Signature.of(proof.getSignature().toByteArray());
    if (Signers.signedBy(node, hub.domain().digest(asked.signed()), signature)) {
      asked.proved(signature);
    } else {
      // It may be the answer to the question before.
      asked.done().completeExceptionally(new IllegalStateException("not the node's signature"));
    }
  }

  private void checkHandshake() {
    if (stage.get() != Stage.LIVE) {
      refuse(
          new NodeAdmission.Verdict.Refused(
              "handshake_timeout",
              "no proof within " + hub.settings().handshakeMillis() + " ms",
              true));
    }
  }

  private void checkSilence() {
    if (stage.get() != Stage.LIVE) {
      return;
    }
    long silentMillis = hub.clock().millis() - lastHeardMillis;
    long left = hub.settings().silenceMillis() - silentMillis;
    if (left <= 0) {
      close(
          "not heard for " + silentMillis + " ms",
          new NodeAdmission.Verdict.Refused(
              "silent", "no heartbeat for " + silentMillis + " ms", true));
    } else {
      watch = loop.schedule(left, this::checkSilence);
    }
  }

  private void refuse(NodeAdmission.Verdict.Refused refused) {
    close(refused.code() + ": " + refused.message(), refused);
  }

  /** Another connection of the same operator proved itself. */
  void replaced() {
    close(
        "replaced by a newer connection",
        new NodeAdmission.Verdict.Refused(
            "replaced", "a newer connection of this node took over", false));
  }

  void shutDown() {
    close(
        "the gateway stops",
        new NodeAdmission.Verdict.Refused("gateway_stopping", "the gateway stops", true));
  }

  void overloaded() {
    refuse(
        new NodeAdmission.Verdict.Refused(
            "too_many_connections",
            "%d nodes are connected".formatted(hub.settings().maxConnections()),
            true));
  }

  @Override
  public void closeForViolation(String code, String message) {
    account.noteError(code + ": " + message);
    refuse(new NodeAdmission.Verdict.Refused(code, message, true));
  }

  private void close(String reason, NodeAdmission.Verdict.@Nullable Refused goodbye) {
    Stage before = stage.getAndSet(Stage.CLOSED);
    if (before == Stage.CLOSED) {
      return;
    }
    OpenExam open = question.getAndSet(null);
    if (open != null) {
      open.done().completeExceptionally(new IllegalStateException(reason));
    }
    Loop.Timer timer = watch;
    if (timer != null) {
      timer.cancel();
    }
    synchronized (sending) {
      try {
        if (goodbye != null) {
          out.onNext(
              GatewayMessage.newBuilder()
                  .setRejected(
                      Rejected.newBuilder()
                          .setCode(goodbye.code())
                          .setMessage(goodbye.message())
                          .setRetry(goodbye.retry()))
                  .build());
        }
        out.onCompleted();
      } catch (RuntimeException e) {
        // The stream is already cancelled: nobody is left to tell.
      }
    }
    hub.left(this, before == Stage.LIVE, reason);
  }

  @Override
  public void send(GatewayMessage message) {
    synchronized (sending) {
      if (stage.get() == Stage.CLOSED) {
        return;
      }
      budget.asks(message);
      try {
        out.onNext(message);
      } catch (RuntimeException e) {
        // Cancelled under our hands; the stream's own callback reports the loss.
      }
    }
  }

  @Override
  public Address node() {
    return node;
  }

  @Override
  public Hello hello() {
    return hello;
  }

  @Override
  public NodeAccount account() {
    return account;
  }

  boolean isClosed() {
    return stage.get() == Stage.CLOSED;
  }

  NodeView view() {
    Heartbeat beat = lastBeat;
    String state =
        draining ? "draining" : beat.getRunning() >= hello.getSlots() ? "reserved" : "ephemeral";
    return new NodeView(
        node.toString(),
        state,
        hello.getSoftwareVersion(),
        hello.getSlots(),
        account.running(),
        beat.getQueued(),
        beat.getDecodeMillitokensPerSecond(),
        hello.getModelsList().stream()
            .map(
                model ->
                    new NodeView.Served(
                        model.getId(),
                        HexFormat.of().formatHex(model.getWeightsDigest().toByteArray()),
                        model.getContextLength(),
                        model.getEquivalenceClass(),
                        model.getEmbeddings()))
            .toList(),
        connectedAtMillis,
        account.figures(),
        account.exam());
  }
}

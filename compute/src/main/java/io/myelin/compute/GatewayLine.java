package io.myelin.compute;

import io.myelin.compute.link.Dialer;
import io.myelin.compute.link.GatewayLink;
import io.myelin.compute.link.LinkListener;
import io.myelin.compute.link.LinkSettings;
import io.myelin.protocol.ids.Address;
import io.myelin.v1.Challenge;
import io.myelin.v1.ExamAnswer;
import io.myelin.v1.GatewayMessage;
import io.myelin.v1.Heartbeat;
import io.myelin.v1.Hello;
import io.myelin.v1.NodeMessage;
import io.myelin.v1.Proof;
import io.myelin.v1.Rejected;
import io.myelin.v1.Welcome;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The node's stream to one of its gateways. On the node's loop only, but for {@link #send}. */
final class GatewayLine implements LinkListener {
  private final Dialer dialer;
  private final @Nullable Address expected;
  private final Node node;
  private final GatewayLink link;
  private Address gateway = Address.ZERO;

  /** What the line needs of its node. */
  interface Node {
    Hello hello(Address gateway);

    Proof prove(Address gateway, Hello hello, Challenge challenge);

    CompletableFuture<List<ExamAnswer>> sit(Challenge challenge, Consumer<ExamAnswer> each);

    Heartbeat heartbeat();

    /** Whether another line leads to this gateway already. */
    boolean hasOther(GatewayLine line, Address gateway);

    void onUp(GatewayLine line, Welcome welcome);

    void onMessage(Address gateway, GatewayMessage message);

    void onDown(GatewayLine line);

    void onRejected(GatewayLine line, Rejected rejected);
  }

  /**
   * A line that is not dialled yet.
   *
   * @param expected whom it must lead to, or null for whoever answers
   */
  GatewayLine(
      Dialer dialer,
      @Nullable Address expected,
      LinkSettings settings,
      ScheduledExecutorService loop,
      RandomGenerator jitter,
      Node node) {
    this.dialer = dialer;
    this.expected = expected;
    this.node = node;
    link = new GatewayLink(dialer, settings, loop, jitter, this);
  }

  void start() {
    link.start();
  }

  String target() {
    return dialer.target();
  }

  /** Whom it leads to; zero until that is known. */
  Address gateway() {
    return expected != null ? expected : gateway;
  }

  boolean isUp() {
    return link.isUp();
  }

  boolean send(NodeMessage message) {
    return link.send(message);
  }

  /** Ends orderly; done when the gateway has closed its side too. */
  CompletableFuture<@Nullable Void> finish() {
    return link.finish();
  }

  /** Cuts it. */
  void abort(String why) {
    link.abort(why);
  }

  /** Gives back what it dials with. */
  void release() {
    dialer.close();
  }

  @Override
  public Hello hello() {
    return node.hello(gateway());
  }

  @Override
  public Proof prove(Hello hello, Challenge challenge) {
    Address said = Address.of(challenge.getGateway().toByteArray());
    if (expected != null && !expected.equals(said)) {
      throw new IllegalArgumentException("gateway: " + said + " (expected: " + expected + ")");
    }
    if (node.hasOther(this, said)) {
      throw new IllegalArgumentException("gateway: " + said + " is connected by another address");
    }
    return node.prove(said, hello, challenge);
  }

  @Override
  public CompletableFuture<List<ExamAnswer>> sit(Challenge challenge, Consumer<ExamAnswer> each) {
    return node.sit(challenge, each);
  }

  @Override
  public Heartbeat heartbeat() {
    return node.heartbeat();
  }

  @Override
  public void onUp(Challenge challenge, Welcome welcome) {
    gateway = Address.of(challenge.getGateway().toByteArray());
    node.onUp(this, welcome);
  }

  @Override
  public void onMessage(GatewayMessage message) {
    node.onMessage(gateway, message);
  }

  @Override
  public void onDown(String why) {
    node.onDown(this);
  }

  @Override
  public void onRejected(Rejected rejected) {
    node.onRejected(this, rejected);
  }
}

package io.myelin.compute.link;

import io.myelin.v1.Challenge;
import io.myelin.v1.ExamAnswer;
import io.myelin.v1.GatewayMessage;
import io.myelin.v1.Heartbeat;
import io.myelin.v1.Hello;
import io.myelin.v1.Proof;
import io.myelin.v1.Rejected;
import io.myelin.v1.Welcome;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** What a link asks of its node and tells it. Called on the node's loop only. */
public interface LinkListener {

  /** What the node says of itself, now. */
  Hello hello();

  /**
   * Answers the challenge to this hello.
   *
   * @throws IllegalArgumentException when the gateway is not one the node would work for
   */
  Proof prove(Hello hello, Challenge challenge);

  /**
   * Sits the exam of a challenge; never fails.
   *
   * @param each told of each answer as soon as it is made, from any thread
   * @return answers that came in time
   */
  CompletableFuture<List<ExamAnswer>> sit(Challenge challenge, Consumer<ExamAnswer> each);

  /** Queue depth and speed, now. */
  Heartbeat heartbeat();

  /** The stream is up. */
  void onUp(Challenge challenge, Welcome welcome);

  /** A message other than those of handshake and heartbeat. */
  void onMessage(GatewayMessage message);

  /** The stream was up and is gone; the link dials again by itself. */
  void onDown(String why);

  /** The gateway does not want this node, now or later; the link stays down. */
  void onRejected(Rejected rejected);
}

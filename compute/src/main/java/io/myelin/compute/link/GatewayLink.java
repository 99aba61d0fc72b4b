package io.myelin.compute.link;

import io.myelin.v1.Challenge;
import io.myelin.v1.ExamAnswer;
import io.myelin.v1.GatewayMessage;
import io.myelin.v1.Hello;
import io.myelin.v1.NodeMessage;
import io.myelin.v1.Proof;
import io.myelin.v1.Rejected;
import io.myelin.v1.Welcome;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Keeps one stream to the gateway: dials, proves who it is, heartbeats, and dials again for ever,
 * until closed or rejected for good. Everything but {@link #send} happens on the loop, an executor
 * of one thread that drops silently what comes after its shutdown.
 */
public final class GatewayLink {
  private static final Logger logger = LoggerFactory.getLogger(GatewayLink.class);
  private static final int LOST_HEARTBEATS = 5;

  private final Dialer dialer;
  private final LinkSettings settings;
  private final ScheduledExecutorService loop;
  private final RandomGenerator random;
  private final LinkListener listener;

  private volatile @Nullable Session up;
  private @Nullable Session current;
  private String lastWhy = "";
  private int failures;
  private boolean stopped;
  private @Nullable ScheduledFuture<?> redial;

  /** Prepares; {@link #start} dials. */
  public GatewayLink(
      Dialer dialer,
      LinkSettings settings,
      ScheduledExecutorService loop,
      RandomGenerator random,
      LinkListener listener) {
    this.dialer = dialer;
    this.settings = settings;
    this.loop = loop;
    this.random = random;
    this.listener = listener;
  }

  /** Dials for the first time. On the loop. */
  public void start() {
    dial();
  }

  /**
   * Sends on the stream that is up, from any thread.
   *
   * @return false when none is up, and nothing was sent
   */
  public boolean send(NodeMessage message) {
    Session session = up;
    if (session == null) {
      return false;
    }
    session.stream().send(message);
    return true;
  }

  /** Whether the stream is up. */
  public boolean isUp() {
    return up != null;
  }

  /**
   * Ends orderly and stays down. On the loop.
   *
   * @return done when the gateway has closed its side too
   */
  public CompletableFuture<@Nullable Void> finish() {
    Session session = stop();
    if (session == null) {
      return CompletableFuture.completedFuture(null);
    }
    session.stream().finish();
    return session.closed;
  }

  /** Cuts the stream and stays down. On the loop. */
  public void abort(String why) {
    Session session = stop();
    if (session != null) {
      session.stream().abort(why);
    }
  }

  private @Nullable Session stop() {
    stopped = true;
    if (redial != null) {
      redial.cancel(false);
    }
    Session session = current;
    current = null;
    up = null;
    if (session != null) {
      session.cancelTimers();
    }
    return session;
  }

  private void dial() {
    if (stopped) {
      return;
    }
    Session session = new Session();
    current = session;
    session.open();
  }

  private void lost(Session session, String why) {
    if (session != current || stopped) {
      return;
    }
    boolean wasUp = up == session;
    current = null;
    up = null;
    session.cancelTimers();
    failures++;
    long delayMillis = settings.backoff().delayMillis(failures, random);
    // Said once: a node that is not let in tries for as long as it lives.
    Level level = why.equals(lastWhy) ? Level.DEBUG : Level.WARN;
    lastWhy = why;
    logger
        .atLevel(level)
        .log(
            "{} {}: {}. Next attempt in {} ms.",
            wasUp ? "Lost gateway" : "No connection to gateway",
            dialer.target(),
            why,
            delayMillis);
    if (wasUp) {
      listener.onDown(why);
    }
    redial = loop.schedule(this::dial, delayMillis, TimeUnit.MILLISECONDS);
  }

  /** One dialled stream. */
  private final class Session implements Dialer.Receiver {
    private Dialer.@Nullable Stream stream;
    private @Nullable Hello hello;
    private @Nullable Challenge challenge;
    private @Nullable CompletableFuture<List<ExamAnswer>> exam;
    private @Nullable ScheduledFuture<?> handshakeTimer;
    private @Nullable ScheduledFuture<?> heartbeatTimer;
    private int unanswered;
    private final CompletableFuture<@Nullable Void> closed = new CompletableFuture<>();

    void open() {
      Hello said = listener.hello();
      hello = said;
      handshakeTimer =
          loop.schedule(
              () -> fail("no welcome within " + settings.handshakeTimeout().toMillis() + " ms"),
              settings.handshakeTimeout().toMillis(),
              TimeUnit.MILLISECONDS);
      stream = dialer.dial(this);
      stream().send(NodeMessage.newBuilder().setHello(said).build());
    }

    Dialer.Stream stream() {
      Dialer.Stream opened = stream;
      if (opened == null) {
        throw new IllegalStateException("not dialled");
      }
      return opened;
    }

    void cancelTimers() {
      if (handshakeTimer != null) {
        handshakeTimer.cancel(false);
      }
      if (heartbeatTimer != null) {
        heartbeatTimer.cancel(false);
      }
    }

    @Override
    public void onMessage(GatewayMessage message) {
      post(
          () -> {
            if (this == current) {
              // Whatever comes shows that the gateway lives; under load an ack may come late.
              unanswered = 0;
              take(message);
              stream().request(1);
            }
          });
    }

    @Override
    public void onClosed(String why) {
      closed.complete(null);
      post(() -> lost(this, why));
    }

    private void fail(String why) {
      if (this == current) {
        stream().abort(why);
        lost(this, why);
      }
    }

    private void take(GatewayMessage message) {
      switch (message.getKindCase()) {
        case CHALLENGE -> onChallenge(message.getChallenge());
        case WELCOME -> onWelcome(message.getWelcome());
        case REJECTED -> onRejected(message.getRejected());
        case HEARTBEAT_ACK -> {}
        case KIND_NOT_SET -> logger.warn("Ignored a message of a kind unknown to this version");
        case OFFER, CREDIT, CANCEL, REVEAL, FINAL, VOUCHER -> {
          if (up == this) {
            listener.onMessage(message);
          } else {
            fail("the gateway sent " + message.getKindCase() + " before Welcome");
          }
        }
      }
    }

    private void onChallenge(Challenge received) {
      Hello said = hello;
      Challenge first = challenge;
      // Once it is up the gateway may ask again: a sign of life for the node's next verdict.
      boolean again =
          first != null && up == this && received.getGateway().equals(first.getGateway());
      if (said == null || (first != null && !again)) {
        fail("the gateway sent a challenge out of turn, or in another's name");
        return;
      }
      if (!again) {
        challenge = received;
      }
      try {
        Proof proof = listener.prove(said, received);
        if (again && received.getExam()) {
          sit(proof, received);
        } else {
          stream().send(NodeMessage.newBuilder().setProof(proof).build());
        }
      } catch (IllegalArgumentException e) {
        fail(String.valueOf(e.getMessage()));
      }
    }

    /** One exam at a time; who asks for more is answered when that one is over. */
    private void sit(Proof proof, Challenge asked) {
      if (exam != null && !exam.isDone()) {
        return;
      }
      exam = listener.sit(asked, answer -> say(NodeMessage.newBuilder().setExamAnswer(answer)));
      var _ = exam.thenRun(() -> say(NodeMessage.newBuilder().setProof(proof)));
    }

    private void say(NodeMessage.Builder message) {
      post(
          () -> {
            if (up == this) {
              stream().send(message.build());
            }
          });
    }

    private void onWelcome(Welcome welcome) {
      Challenge answered = challenge;
      if (answered == null || up == this) {
        fail("the gateway sent Welcome out of turn");
        return;
      }
      if (handshakeTimer != null) {
        handshakeTimer.cancel(false);
      }
      failures = 0;
      up = this;
      long everyMillis = Math.clamp(welcome.getHeartbeatMillis(), 50, 60_000);
      heartbeatTimer =
          // At no fixed rate: after a stall many would be sent at once, before one answer is read.
          loop.scheduleWithFixedDelay(this::heartbeat, 0, everyMillis, TimeUnit.MILLISECONDS);
      logger.info("Connected to gateway {}", dialer.target());
      listener.onUp(answered, welcome);
    }

    private void onRejected(Rejected rejected) {
      String why = "rejected, " + rejected.getCode() + ": " + rejected.getMessage();
      if (rejected.getRetry()) {
        fail(why);
        return;
      }
      logger.error("Gateway {} {} (for good)", dialer.target(), why);
      abort(why);
      listener.onRejected(rejected);
    }

    private void heartbeat() {
      if (this != current) {
        return;
      }
      if (unanswered >= LOST_HEARTBEATS) {
        fail(unanswered + " heartbeats without an answer");
        return;
      }
      unanswered++;
      stream().send(NodeMessage.newBuilder().setHeartbeat(listener.heartbeat()).build());
    }

    private void post(Runnable work) {
      loop.execute(work);
    }
  }
}

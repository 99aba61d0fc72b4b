package io.myelin.gateway.ws;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.websocket.WebSocketCloseStatus;
import com.linecorp.armeria.common.websocket.WebSocketFrame;
import com.linecorp.armeria.common.websocket.WebSocketWriter;
import io.myelin.gateway.api.TaskRequestJson;
import io.myelin.gateway.http.ApiError;
import io.myelin.gateway.http.Timers;
import io.myelin.gateway.session.SessionDirectory;
import io.myelin.gateway.session.SessionView;
import io.myelin.gateway.task.TaskService;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * One connection. The next frame is read only when the last one was handled and its answers were
 * taken, so that a client that does not read cannot make answers pile up.
 */
final class WsConnection implements Subscriber<WebSocketFrame> {
  static final WebSocketCloseStatus UNAUTHORIZED =
      WebSocketCloseStatus.ofPrivateUse(4401, "no session has this key");
  static final WebSocketCloseStatus NO_HELLO =
      WebSocketCloseStatus.ofPrivateUse(4408, "no hello, or no answer to pings, in time");
  static final WebSocketCloseStatus TOO_MANY_BAD_FRAMES =
      WebSocketCloseStatus.ofPrivateUse(4400, "too many frames that could not be read");

  private static final int UNANSWERED_PINGS = 3;

  private final WebSocketWriter out;
  private final FrameHandler frames;
  private final WsSettings settings;
  private final Timers timers;
  private final Executor blocking;
  private final Object lock = new Object();

  @GuardedBy("lock")
  private final Set<WsTask> running = new LinkedHashSet<>();

  @GuardedBy("lock")
  private boolean ended;

  @GuardedBy("lock")
  private boolean awaitingDrain;

  @GuardedBy("lock")
  private int unansweredPings;

  @GuardedBy("lock")
  private final List<Timers.Handle> handles = new ArrayList<>();

  // Only touched by the one frame that is read at a time.
  private @Nullable Subscription subscription;

  WsConnection(
      WebSocketWriter out,
      SessionDirectory sessions,
      TaskService tasks,
      TaskRequestJson requests,
      WsSettings settings,
      Timers timers,
      Executor blocking) {
    this.out = out;
    this.frames = new FrameHandler(this, sessions, tasks, requests, settings);
    this.settings = settings;
    this.timers = timers;
    this.blocking = blocking;
  }

  /** With the session of the key that came with the handshake, if one came. */
  void start(@Nullable SessionView known) {
    CompletableFuture<Void> _ =
        out.whenComplete()
            .handle(
                (_, _) -> {
                  end();
                  return null;
                });
    synchronized (lock) {
      handles.add(timers.every(settings.pingMillis(), this::ping));
      if (known == null) {
        handles.add(timers.after(settings.helloMillis(), this::helloMissing));
      }
    }
    if (known != null) {
      frames.welcome(known);
    }
  }

  @Override
  public void onSubscribe(Subscription subscription) {
    this.subscription = subscription;
    subscription.request(1);
  }

  @Override
  public void onNext(WebSocketFrame frame) {
    synchronized (lock) {
      unansweredPings = 0;
    }
    switch (frame.type()) {
      case TEXT -> {
        String text = frame.text();
        frame.close();
        blocking.execute(
            () -> {
              frames.handle(text);
              next();
            });
      }
      case BINARY, CONTINUATION -> {
        frame.close();
        close(WebSocketCloseStatus.INVALID_MESSAGE_TYPE);
      }
      case CLOSE -> {
        frame.close();
        out.close();
      }
      case PING -> {
        byte[] payload = frame.array();
        frame.close();
        out.writePong(payload);
        next();
      }
      case PONG -> {
        frame.close();
        next();
      }
    }
  }

  @Override
  public void onError(Throwable cause) {
    out.close(cause);
    end();
  }

  @Override
  public void onComplete() {
    out.close();
    end();
  }

  /** Reads on once the client took what it was answered. */
  private void next() {
    CompletableFuture<Void> _ =
        out.whenConsumed()
            .handle(
                (_, _) -> {
                  Subscription open = subscription;
                  if (open != null) {
                    open.request(1);
                  }
                  return null;
                });
  }

  /** Takes a task in, if there is room. */
  void enter(WsTask task) throws ApiError {
    synchronized (lock) {
      if (running.size() >= settings.maxOutstanding()) {
        throw new ApiError(
            HttpStatus.TOO_MANY_REQUESTS,
            "requests",
            "This connection follows "
                + running.size()
                + " tasks already; wait for one to end, or open another connection.",
            null,
            "too_many_tasks",
            1);
      }
      running.add(task);
    }
  }

  /** A task needs no more room. */
  void ended(WsTask task) {
    synchronized (lock) {
      running.remove(task);
    }
  }

  /** Whether the connection has ended; a task that begins now is left at once. */
  boolean isEnded() {
    synchronized (lock) {
      return ended;
    }
  }

  void send(ObjectNode json) {
    boolean _ = out.tryWrite(json.toString());
  }

  /** Gives every task its credits back once the connection took what was written so far. */
  void creditWhenTaken() {
    synchronized (lock) {
      if (awaitingDrain || ended) {
        return;
      }
      awaitingDrain = true;
    }
    CompletableFuture<Void> _ =
        out.whenConsumed()
            .handle(
                (_, failure) -> {
                  List<WsTask> waiting;
                  synchronized (lock) {
                    awaitingDrain = false;
                    waiting = List.copyOf(running);
                  }
                  if (failure == null) {
                    waiting.forEach(WsTask::giveCredits);
                  }
                  return null;
                });
  }

  private void ping() {
    boolean silent;
    synchronized (lock) {
      silent = ++unansweredPings > UNANSWERED_PINGS;
    }
    if (silent) {
      close(NO_HELLO);
    } else if (out.isOpen()) {
      out.writePing();
    }
  }

  private void helloMissing() {
    if (!frames.isWelcomed()) {
      close(NO_HELLO);
    }
  }

  void close(WebSocketCloseStatus status) {
    if (out.isOpen()) {
      out.close(status, String.valueOf(status.reasonPhrase()));
    }
    end();
  }

  private void end() {
    List<WsTask> left;
    List<Timers.Handle> stopped;
    synchronized (lock) {
      if (ended) {
        return;
      }
      ended = true;
      left = List.copyOf(running);
      running.clear();
      stopped = List.copyOf(handles);
      handles.clear();
    }
    stopped.forEach(Timers.Handle::cancel);
    left.forEach(WsTask::leave);
    Subscription open = subscription;
    if (open != null) {
      open.cancel();
    }
  }
}

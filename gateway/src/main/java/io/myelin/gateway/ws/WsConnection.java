package io.myelin.gateway.ws;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.websocket.WebSocketCloseStatus;
import com.linecorp.armeria.common.websocket.WebSocketFrame;
import com.linecorp.armeria.common.websocket.WebSocketWriter;
import io.myelin.gateway.api.TaskRequestJson;
import io.myelin.gateway.http.ApiError;
import io.myelin.gateway.http.Timers;
import io.myelin.gateway.openai.TaskErrors;
import io.myelin.gateway.session.SessionDirectory;
import io.myelin.gateway.session.SessionView;
import io.myelin.gateway.task.Submission;
import io.myelin.gateway.task.TaskRejectedException;
import io.myelin.gateway.task.TaskService;
import io.myelin.gateway.task.TaskTicket;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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

  private static final Logger log = LoggerFactory.getLogger(WsConnection.class);
  private static final Set<String> SUBMIT_FIELDS = Set.of("type", "durable");
  private static final int UNANSWERED_PINGS = 3;

  private final WebSocketWriter out;
  private final SessionDirectory sessions;
  private final TaskService tasks;
  private final TaskRequestJson requests;
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
  private @Nullable SessionView session;

  @GuardedBy("lock")
  private final List<Timers.Handle> handles = new ArrayList<>();

  // Only touched by the one frame that is handled at a time.
  private int badFrames;
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
    this.sessions = sessions;
    this.tasks = tasks;
    this.requests = requests;
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
      welcome(known);
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
              handle(text);
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

  private void handle(String text) {
    @Nullable String reference = null;
    try {
      ClientFrame frame = ClientFrame.parse(text);
      if (frame instanceof ClientFrame.Submit submit) {
        reference = submit.task().path("reference").asText(null);
      }
      dispatch(frame);
    } catch (ApiError e) {
      sendError(e, reference, null);
      if (e.status().code() == 400 && ++badFrames >= settings.maxBadFrames()) {
        close(TOO_MANY_BAD_FRAMES);
      }
    } catch (RuntimeException e) {
      // A fault of ours costs the client one frame, not its connection.
      log.warn("a WebSocket frame failed", e);
      sendError(
          ApiError.server(
              HttpStatus.INTERNAL_SERVER_ERROR,
              "internal_error",
              "The gateway failed to handle this frame.",
              0),
          reference,
          null);
    }
  }

  private void dispatch(ClientFrame frame) throws ApiError {
    if (frame instanceof ClientFrame.Hello hello) {
      hello(hello);
      return;
    }
    SessionView known;
    synchronized (lock) {
      known = session;
    }
    if (known == null) {
      close(UNAUTHORIZED);
      return;
    }
    switch (frame) {
      case ClientFrame.Hello _ -> throw new AssertionError("handled above");
      case ClientFrame.Submit submit -> submit(known, submit);
      case ClientFrame.Resume resume -> resume(known, resume);
      case ClientFrame.Cancel cancel -> cancel(known, cancel);
    }
  }

  private void hello(ClientFrame.Hello hello) throws ApiError {
    synchronized (lock) {
      if (session != null) {
        throw ApiError.invalid("type", "already_known", "hello: the session is known already.");
      }
    }
    Optional<SessionView> found =
        hello.apiKey().length() > 256 ? Optional.empty() : sessions.byApiKey(hello.apiKey());
    if (found.isEmpty()) {
      close(UNAUTHORIZED);
      return;
    }
    welcome(found.get());
  }

  private void welcome(SessionView known) {
    synchronized (lock) {
      session = known;
    }
    ObjectNode json = frame("welcome");
    json.put("session", known.id())
        .put("maxOutstanding", settings.maxOutstanding())
        .put("maxFrameBytes", settings.maxFrameBytes());
    send(json);
  }

  private void submit(SessionView known, ClientFrame.Submit submit) throws ApiError {
    Submission.Kind kind = submit.durable() ? Submission.Kind.DURABLE : Submission.Kind.LIVE;
    Submission submission = requests.read(submit.task(), SUBMIT_FIELDS, known.id(), kind);
    WsTask task = new WsTask(this, submission.clientReference(), settings.windowChunks());
    enter(task);
    try {
      task.begin(tasks.submit(submission, task));
    } catch (TaskRejectedException e) {
      ended(task);
      throw TaskErrors.rejected(e, submission.work().model());
    } catch (RuntimeException e) {
      ended(task);
      throw e;
    }
  }

  private void resume(SessionView known, ClientFrame.Resume resume) throws ApiError {
    String reference =
        tasks
            .find(known.id(), resume.task())
            .orElseThrow(() -> unknownTask(resume.task()))
            .clientReference();
    WsTask task = new WsTask(this, reference, settings.windowChunks());
    enter(task);
    Optional<TaskTicket> ticket = tasks.follow(known.id(), resume.task(), resume.afterSeq(), task);
    if (ticket.isEmpty()) {
      ended(task);
      throw unknownTask(resume.task());
    }
    task.begin(ticket.get());
  }

  private void cancel(SessionView known, ClientFrame.Cancel cancel) throws ApiError {
    if (tasks.find(known.id(), cancel.task()).isEmpty()) {
      throw unknownTask(cancel.task());
    }
    if (!tasks.cancel(known.id(), cancel.task(), "cancelled by the client")) {
      throw ApiError.refused(
          HttpStatus.CONFLICT, "task_ended", "task: " + cancel.task() + " has already ended.");
    }
  }

  private static ApiError unknownTask(String id) {
    return ApiError.refused(
        HttpStatus.NOT_FOUND, "task_not_found", "task: this session has no task " + id + ".");
  }

  private void enter(WsTask task) throws ApiError {
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

  static ObjectNode frame(String type) {
    return JsonNodeFactory.instance.objectNode().put("type", type);
  }

  void send(ObjectNode json) {
    boolean _ = out.tryWrite(json.toString());
  }

  private void sendError(ApiError error, @Nullable String reference, @Nullable String taskId) {
    ObjectNode json = frame("error");
    if (taskId != null) {
      json.put("task", taskId);
    }
    if (reference != null) {
      json.put("reference", reference);
    }
    ObjectNode body = json.putObject("error");
    body.put("message", error.text()).put("type", error.type());
    body.put("param", error.param()).put("code", error.code());
    if (error.retryAfterSeconds() > 0) {
      body.put("retryAfterSeconds", error.retryAfterSeconds());
    }
    send(json);
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
    boolean missing;
    synchronized (lock) {
      missing = session == null;
    }
    if (missing) {
      close(NO_HELLO);
    }
  }

  private void close(WebSocketCloseStatus status) {
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

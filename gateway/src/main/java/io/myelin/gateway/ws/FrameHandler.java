package io.myelin.gateway.ws;

import com.linecorp.armeria.common.HttpStatus;
import io.myelin.gateway.api.TaskRequestJson;
import io.myelin.gateway.http.ApiError;
import io.myelin.gateway.openai.TaskErrors;
import io.myelin.gateway.session.SessionDirectory;
import io.myelin.gateway.session.SessionView;
import io.myelin.gateway.task.Submission;
import io.myelin.gateway.task.TaskRejectedException;
import io.myelin.gateway.task.TaskService;
import io.myelin.gateway.task.TaskTicket;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does what a connection's frames ask for, one after the other. */
final class FrameHandler {
  private static final Logger log = LoggerFactory.getLogger(FrameHandler.class);
  private static final Set<String> SUBMIT_FIELDS = Set.of("type", "durable");
  private static final int MAX_KEY_LENGTH = 256;

  private final WsConnection connection;
  private final SessionDirectory sessions;
  private final TaskService tasks;
  private final TaskRequestJson requests;
  private final WsSettings settings;

  /** Set once, by the handshake or by a hello. */
  private volatile @Nullable SessionView session;

  private int badFrames;

  FrameHandler(
      WsConnection connection,
      SessionDirectory sessions,
      TaskService tasks,
      TaskRequestJson requests,
      WsSettings settings) {
    this.connection = connection;
    this.sessions = sessions;
    this.tasks = tasks;
    this.requests = requests;
    this.settings = settings;
  }

  boolean isWelcomed() {
    return session != null;
  }

  void welcome(SessionView known) {
    session = known;
    connection.send(WsFrames.welcome(known, settings));
  }

  /** Handles one frame; a wrong one is answered and costs nothing else. */
  void handle(String text) {
    @Nullable String reference = null;
    try {
      ClientFrame frame = ClientFrame.parse(text);
      if (frame instanceof ClientFrame.Submit submit) {
        reference = submit.task().path("reference").asText(null);
      }
      dispatch(frame);
    } catch (ApiError e) {
      connection.send(WsFrames.error(e, reference));
      if (e.status().code() == 400 && ++badFrames >= settings.maxBadFrames()) {
        connection.close(WsConnection.TOO_MANY_BAD_FRAMES);
      }
    } catch (RuntimeException e) {
      // A fault of ours costs the client one frame, not its connection.
      log.warn("a WebSocket frame failed", e);
      ApiError fault =
          ApiError.server(
              HttpStatus.INTERNAL_SERVER_ERROR,
              "internal_error",
              "The gateway failed to handle this frame.",
              0);
      connection.send(WsFrames.error(fault, reference));
    }
  }

  private void dispatch(ClientFrame frame) throws ApiError {
    SessionView known = session;
    if (known == null && !(frame instanceof ClientFrame.Hello)) {
      connection.close(WsConnection.UNAUTHORIZED);
      return;
    }
    switch (frame) {
      case ClientFrame.Hello hello -> hello(hello);
      case ClientFrame.Submit submit when known != null -> submit(known, submit);
      case ClientFrame.Resume resume when known != null -> resume(known, resume);
      case ClientFrame.Cancel cancel when known != null -> cancel(known, cancel);
      case ClientFrame.Submit _, ClientFrame.Resume _, ClientFrame.Cancel _ ->
          throw new AssertionError("refused above");
    }
  }

  private void hello(ClientFrame.Hello hello) throws ApiError {
    if (isWelcomed()) {
      throw ApiError.invalid("type", "already_known", "hello: the session is known already.");
    }
    Optional<SessionView> found =
        hello.apiKey().length() > MAX_KEY_LENGTH
            ? Optional.empty()
            : sessions.byApiKey(hello.apiKey());
    if (found.isEmpty()) {
      connection.close(WsConnection.UNAUTHORIZED);
      return;
    }
    welcome(found.get());
  }

  private void submit(SessionView known, ClientFrame.Submit submit) throws ApiError {
    Submission.Kind kind = submit.durable() ? Submission.Kind.DURABLE : Submission.Kind.LIVE;
    Submission submission = requests.read(submit.task(), SUBMIT_FIELDS, known.id(), kind);
    WsTask task = new WsTask(connection, submission.clientReference(), settings.windowChunks());
    connection.enter(task);
    try {
      task.begin(tasks.submit(submission, task));
    } catch (TaskRejectedException e) {
      connection.ended(task);
      throw TaskErrors.rejected(e, submission.work().model());
    } catch (RuntimeException e) {
      connection.ended(task);
      throw e;
    }
  }

  private void resume(SessionView known, ClientFrame.Resume resume) throws ApiError {
    String reference =
        tasks
            .find(known.id(), resume.task())
            .orElseThrow(() -> unknownTask(resume.task()))
            .clientReference();
    WsTask task = new WsTask(connection, reference, settings.windowChunks());
    connection.enter(task);
    Optional<TaskTicket> ticket = tasks.follow(known.id(), resume.task(), resume.afterSeq(), task);
    if (ticket.isEmpty()) {
      connection.ended(task);
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
}

package io.myelin.gateway.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import io.myelin.gateway.http.ApiError;
import io.myelin.gateway.http.BearerKeys;
import io.myelin.gateway.http.StrictJson;
import io.myelin.gateway.openai.TaskErrors;
import io.myelin.gateway.session.SessionDirectory;
import io.myelin.gateway.session.SessionView;
import io.myelin.gateway.task.AgreementView;
import io.myelin.gateway.task.Submission;
import io.myelin.gateway.task.TaskRejectedException;
import io.myelin.gateway.task.TaskService;
import io.myelin.gateway.task.TaskTicket;
import io.myelin.gateway.task.TaskView;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Asynchronous tasks over HTTP. A task is visible to the key of its session only; its receipt to
 * everybody who knows its id, because it holds digests and signatures but no text.
 */
public final class TaskOperations {
  private final SessionDirectory sessions;
  private final TaskService tasks;
  private final TaskRequestJson requests;
  private final int maxBodyBytes;
  private final long commentIntervalMillis;
  private final Function<String, Optional<AgreementView>> agreements;

  /**
   * Over the pipeline.
   *
   * @param commentIntervalMillis after this long without an event a stream gets a comment line
   * @param agreements by a task's id: how its nodes' answers compared, where they were
   */
  public TaskOperations(
      SessionDirectory sessions,
      TaskService tasks,
      TaskRequestJson requests,
      int maxBodyBytes,
      long commentIntervalMillis,
      Function<String, Optional<AgreementView>> agreements) {
    this.agreements = agreements;
    this.sessions = sessions;
    this.tasks = tasks;
    this.requests = requests;
    this.maxBodyBytes = maxBodyBytes;
    this.commentIntervalMillis = commentIntervalMillis;
  }

  List<Route> routes() {
    return List.of(
        new Route(
            HttpMethod.POST,
            "/api/v1/sessions/{id}/tasks",
            "submitTask",
            maxBodyBytes,
            this::submit),
        new Route(HttpMethod.GET, "/api/v1/tasks/{id}", "getTask", 0, this::get),
        new Route(HttpMethod.DELETE, "/api/v1/tasks/{id}", "cancelTask", 0, this::cancel),
        new Route(HttpMethod.GET, "/api/v1/tasks/{id}/stream", "streamTask", 0, this::stream),
        new Route(HttpMethod.GET, "/api/v1/tasks/{id}/receipt", "getReceipt", 0, this::receipt));
  }

  private HttpResponse submit(Call call) throws ApiError {
    SessionView session = BearerKeys.session(call.headers(), sessions);
    String id = call.id("session");
    if (!id.equals(session.id())) {
      throw Call.notFound("session", id + " (expected: the session of the key)");
    }
    Submission submission =
        requests.read(
            StrictJson.object(call.body()), Set.of(), session.id(), Submission.Kind.DURABLE);
    TaskTicket ticket;
    try {
      ticket = tasks.submit(submission, Unheard.INSTANCE);
    } catch (TaskRejectedException e) {
      throw TaskErrors.rejected(e, submission.work().model());
    }
    // Nobody listens on this line: a durable task goes on by itself.
    ticket.leave();
    String location = "/api/v1/tasks/" + ticket.taskId();
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("id", ticket.taskId())
            .put("session", session.id())
            .put("state", "queued")
            .put("reference", submission.clientReference())
            .put("stream", location + "/stream");
    return Answers.of(
        Answers.headers(HttpStatus.ACCEPTED)
            .set("location", location)
            .set("myelin-session", session.id())
            .set("myelin-task", ticket.taskId())
            .build(),
        Answers.bytes(json));
  }

  private HttpResponse get(Call call) throws ApiError {
    TaskView task = task(call);
    ObjectNode json = Views.task(task);
    agreements
        .apply(task.taskId())
        .ifPresent(agreement -> json.set("agreement", Views.agreement(agreement)));
    return Answers.ok(json);
  }

  private HttpResponse cancel(Call call) throws ApiError {
    TaskView task = task(call);
    if (!tasks.cancel(task.sessionId(), task.taskId(), "cancelled by the client")) {
      TaskView now = task(call);
      throw ApiError.refused(
          HttpStatus.CONFLICT,
          "task_ended",
          "The task is " + now.state() + " (expected: one that still runs).");
    }
    return Answers.of(
        Answers.headers(HttpStatus.ACCEPTED).build(), Answers.bytes(Views.task(task(call))));
  }

  private HttpResponse stream(Call call) throws ApiError {
    TaskView task = task(call);
    long afterSeq = lastEventId(call.headers().get("last-event-id"));
    return SseTaskStream.follow(
        tasks, task.sessionId(), task.taskId(), afterSeq, call.ctx(), commentIntervalMillis);
  }

  private HttpResponse receipt(Call call) throws ApiError {
    String id = call.id("task");
    byte[] receipt =
        tasks
            .receipt(id)
            .orElseThrow(
                () ->
                    ApiError.refused(
                        HttpStatus.NOT_FOUND,
                        "receipt_not_found",
                        "No receipt of task "
                            + id
                            + ": it is unknown here, has not ended, or no node answers for it."));
    return Answers.of(
        ResponseHeaders.builder(HttpStatus.OK)
            .contentType(MediaType.JSON_UTF_8)
            // Until it is settled, a witness that lied may be taken out of it.
            .set("cache-control", "public, max-age=60")
            .build(),
        receipt);
  }

  private TaskView task(Call call) throws ApiError {
    SessionView session = BearerKeys.session(call.headers(), sessions);
    String id = call.id("task");
    return tasks.find(session.id(), id).orElseThrow(() -> Call.notFound("task", id));
  }

  private static long lastEventId(@Nullable String header) throws ApiError {
    if (header == null) {
      return -1;
    }
    if (!header.matches("[0-9]{1,10}")) {
      throw ApiError.invalid(
          "Last-Event-ID",
          "invalid_value",
          "Last-Event-ID: "
              + StrictJson.shortened(header)
              + " (expected: the id of the last event that was received, a whole number).");
    }
    return Long.parseLong(header);
  }
}

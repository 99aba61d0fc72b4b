package io.myelin.gateway.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.myelin.gateway.http.ApiError;
import io.myelin.gateway.task.TaskFailure;
import io.myelin.gateway.task.TaskListener;
import io.myelin.gateway.task.TaskOutcome;
import io.myelin.gateway.task.TaskService;
import io.myelin.gateway.task.TaskTicket;
import io.myelin.v1.GeneratedChunk;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One task as server-sent events: {@code started}, {@code tokens} (whose id is the chunk's sequence
 * number), and exactly one {@code done} or {@code error}. Credits go back to the pipeline only once
 * the connection took what was written, so a slow reader holds no more than one window.
 */
final class SseTaskStream implements TaskListener {
  private static final int WINDOW = 32;

  private final HttpResponseWriter out;
  private final Object lock = new Object();

  @GuardedBy("lock")
  private @Nullable TaskTicket ticket;

  @GuardedBy("lock")
  private int owedCredits;

  @GuardedBy("lock")
  private boolean draining;

  @GuardedBy("lock")
  private boolean gone;

  @GuardedBy("lock")
  private boolean quiet = true;

  private SseTaskStream(HttpResponseWriter out) {
    this.out = out;
  }

  static HttpResponse follow(
      TaskService tasks,
      String sessionId,
      String taskId,
      long afterSeq,
      ServiceRequestContext ctx,
      long commentIntervalMillis)
      throws ApiError {
    HttpResponseWriter out = HttpResponse.streaming();
    SseTaskStream stream = new SseTaskStream(out);
    ctx.clearRequestTimeout();
    out.write(
        ResponseHeaders.builder(HttpStatus.OK)
            .contentType(MediaType.EVENT_STREAM.withCharset(StandardCharsets.UTF_8))
            .set("cache-control", "no-store")
            .set("x-accel-buffering", "no")
            .set("myelin-session", sessionId)
            .set("myelin-task", taskId)
            .build());
    Optional<TaskTicket> ticket = tasks.follow(sessionId, taskId, afterSeq, stream);
    if (ticket.isEmpty()) {
      out.abort();
      throw Call.notFound("task", taskId);
    }
    ScheduledFuture<?> comments =
        ctx.eventLoop()
            .scheduleAtFixedRate(
                stream::comment,
                commentIntervalMillis,
                commentIntervalMillis,
                TimeUnit.MILLISECONDS);
    CompletableFuture<Void> _ =
        out.whenComplete()
            .handle(
                (_, _) -> {
                  comments.cancel(false);
                  stream.leave();
                  return null;
                });
    stream.begin(ticket.get());
    return out;
  }

  private void begin(TaskTicket follower) {
    boolean late;
    synchronized (lock) {
      ticket = follower;
      late = gone;
    }
    if (late) {
      follower.leave();
    } else {
      follower.request(WINDOW);
    }
  }

  @Override
  public void onStarted() {
    write("started", -1, JsonNodeFactory.instance.objectNode());
  }

  @Override
  public void onChunk(GeneratedChunk chunk) {
    synchronized (lock) {
      owedCredits++;
    }
    write("tokens", Integer.toUnsignedLong(chunk.getSeq()), Views.tokens(chunk));
    drain();
  }

  @Override
  public void onCompleted(TaskOutcome outcome) {
    write("done", -1, Views.done(outcome));
    out.close();
  }

  @Override
  public void onFailed(TaskFailure failure) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.set("error", Views.failure(failure));
    write("error", -1, json);
    out.close();
  }

  private void write(String event, long id, ObjectNode data) {
    StringBuilder text = new StringBuilder(64);
    if (id >= 0) {
      text.append("id: ").append(id).append('\n');
    }
    text.append("event: ").append(event).append("\ndata: ");
    text.append(new String(Answers.bytes(data), StandardCharsets.UTF_8)).append("\n\n");
    synchronized (lock) {
      quiet = false;
    }
    boolean _ = out.tryWrite(HttpData.ofUtf8(text));
  }

  private void comment() {
    synchronized (lock) {
      if (!quiet) {
        quiet = true;
        return;
      }
    }
    boolean _ = out.tryWrite(HttpData.ofUtf8(": still here\n\n"));
  }

  private void drain() {
    synchronized (lock) {
      if (draining || gone) {
        return;
      }
      draining = true;
    }
    CompletableFuture<Void> _ =
        out.whenConsumed()
            .handle(
                (_, failure) -> {
                  consumed(failure == null);
                  return null;
                });
  }

  private void consumed(boolean taken) {
    int credits;
    TaskTicket receiver;
    synchronized (lock) {
      draining = false;
      credits = owedCredits;
      owedCredits = 0;
      receiver = gone ? null : ticket;
    }
    if (taken && receiver != null && credits > 0) {
      receiver.request(credits);
    }
  }

  private void leave() {
    TaskTicket left;
    synchronized (lock) {
      if (gone) {
        return;
      }
      gone = true;
      left = ticket;
    }
    if (left != null) {
      left.leave();
    }
  }
}

package io.myelin.gateway.ws;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.myelin.gateway.api.Views;
import io.myelin.gateway.task.TaskFailure;
import io.myelin.gateway.task.TaskListener;
import io.myelin.gateway.task.TaskOutcome;
import io.myelin.gateway.task.TaskTicket;
import io.myelin.v1.GeneratedChunk;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One task followed on a connection. Its {@code accepted} frame comes before any other. */
final class WsTask implements TaskListener {
  private final WsConnection connection;
  private final String reference;
  private final int window;
  private final Object lock = new Object();

  @GuardedBy("lock")
  private @Nullable TaskTicket ticket;

  /** Frames that came before the task's id was known. */
  @GuardedBy("lock")
  private final List<ObjectNode> early = new ArrayList<>();

  @GuardedBy("lock")
  private int owedCredits;

  WsTask(WsConnection connection, String reference, int window) {
    this.connection = connection;
    this.reference = reference;
    this.window = window;
  }

  void begin(TaskTicket begun) {
    synchronized (lock) {
      ticket = begun;
      ObjectNode accepted = WsFrames.of("accepted");
      accepted.put("task", begun.taskId()).put("reference", reference);
      connection.send(accepted);
      for (ObjectNode frame : early) {
        connection.send(frame.put("task", begun.taskId()));
      }
      early.clear();
    }
    if (connection.isEnded()) {
      begun.leave();
    } else {
      begun.request(window);
    }
  }

  @Override
  public void onStarted() {
    send(WsFrames.of("started"));
  }

  @Override
  public void onChunk(GeneratedChunk chunk) {
    synchronized (lock) {
      owedCredits++;
    }
    ObjectNode frame = WsFrames.of("tokens");
    frame.setAll(Views.tokens(chunk));
    send(frame);
    connection.creditWhenTaken();
  }

  @Override
  public void onCompleted(TaskOutcome outcome) {
    ObjectNode frame = WsFrames.of("done");
    frame.setAll(Views.done(outcome));
    send(frame);
    connection.ended(this);
  }

  @Override
  public void onFailed(TaskFailure failure) {
    ObjectNode frame = WsFrames.of("error");
    frame.put("reference", reference);
    frame.set("error", Views.failure(failure));
    send(frame);
    connection.ended(this);
  }

  private void send(ObjectNode frame) {
    synchronized (lock) {
      if (ticket == null) {
        early.add(frame);
      } else {
        connection.send(frame.put("task", ticket.taskId()));
      }
    }
  }

  void giveCredits() {
    int credits;
    TaskTicket receiver;
    synchronized (lock) {
      receiver = ticket;
      credits = receiver == null ? 0 : owedCredits;
      owedCredits -= credits;
    }
    if (receiver != null && credits > 0) {
      receiver.request(credits);
    }
  }

  void leave() {
    TaskTicket left;
    synchronized (lock) {
      left = ticket;
    }
    if (left != null) {
      left.leave();
    }
  }
}

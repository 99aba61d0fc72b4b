package io.myelin.gateway.rpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.protobuf.ByteString;
import io.grpc.stub.ServerCallStreamObserver;
import io.myelin.gateway.task.TaskFailure;
import io.myelin.gateway.task.TaskListener;
import io.myelin.gateway.task.TaskOutcome;
import io.myelin.gateway.task.TaskTicket;
import io.myelin.v1.GeneratedChunk;
import io.myelin.v1.TaskAccepted;
import io.myelin.v1.TaskCompleted;
import io.myelin.v1.TaskFailed;
import io.myelin.v1.TaskStarted;
import io.myelin.v1.TaskUpdate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Carries one task's updates into one call. Credits are given back only while the transport takes
 * more, so that a slow client pauses its own producer and nothing piles up here.
 */
final class UpdateRelay implements TaskListener {
  /** Chunks that may be on their way to one client. */
  static final int WINDOW = 32;

  private final ServerCallStreamObserver<TaskUpdate> out;
  private final Object lock = new Object();

  @GuardedBy("lock")
  private @Nullable TaskTicket ticket;

  @GuardedBy("lock")
  private ByteString taskId = ByteString.EMPTY;

  /** Updates that came before the task's id was known. */
  @GuardedBy("lock")
  private final List<TaskUpdate.Builder> early = new ArrayList<>();

  @GuardedBy("lock")
  private int owedCredits;

  @GuardedBy("lock")
  private boolean over;

  @GuardedBy("lock")
  private boolean clientGone;

  UpdateRelay(ServerCallStreamObserver<TaskUpdate> out) {
    this.out = out;
    out.setOnReadyHandler(this::giveCredits);
    out.setOnCancelHandler(this::leave);
  }

  /** The task was taken in: its first update goes out and chunks may come. */
  void accepted(TaskTicket accepted, String sessionId, String reference) {
    boolean gone;
    synchronized (lock) {
      ticket = accepted;
      taskId = bytes(accepted.taskId());
      send(
          TaskUpdate.newBuilder()
              .setAccepted(
                  TaskAccepted.newBuilder()
                      .setSessionId(bytes(sessionId))
                      .setReference(reference)));
      early.forEach(this::send);
      early.clear();
      finishIfOver();
      gone = clientGone;
    }
    if (gone) {
      accepted.leave();
    } else {
      accepted.request(WINDOW);
    }
  }

  @Override
  public void onStarted() {
    update(TaskUpdate.newBuilder().setStarted(TaskStarted.getDefaultInstance()), false);
  }

  @Override
  public void onChunk(GeneratedChunk chunk) {
    synchronized (lock) {
      owedCredits++;
    }
    update(TaskUpdate.newBuilder().setChunk(chunk), false);
    giveCredits();
  }

  @Override
  public void onCompleted(TaskOutcome outcome) {
    TaskCompleted.Builder completed =
        TaskCompleted.newBuilder().setReceiptDigest(bytes(outcome.receiptDigestHex()));
    if (outcome.generation() != null) {
      completed.setGeneration(outcome.generation());
    }
    if (outcome.embedding() != null) {
      completed.setEmbedding(outcome.embedding());
    }
    update(TaskUpdate.newBuilder().setCompleted(completed), true);
  }

  @Override
  public void onFailed(TaskFailure failure) {
    update(TaskUpdate.newBuilder().setFailed(failed(failure)), true);
  }

  private void update(TaskUpdate.Builder update, boolean last) {
    synchronized (lock) {
      if (ticket == null) {
        early.add(update);
      } else {
        send(update);
      }
      if (last) {
        over = true;
        finishIfOver();
      }
    }
  }

  @GuardedBy("lock")
  private void send(TaskUpdate.Builder update) {
    if (!clientGone) {
      out.onNext(update.setTaskId(taskId).build());
    }
  }

  @GuardedBy("lock")
  private void finishIfOver() {
    if (over && ticket != null && !clientGone) {
      out.onCompleted();
    }
  }

  private void giveCredits() {
    int credits = 0;
    TaskTicket receiver;
    synchronized (lock) {
      receiver = ticket;
      if (receiver != null && !over && owedCredits > 0 && out.isReady()) {
        credits = owedCredits;
        owedCredits = 0;
      }
    }
    if (receiver != null && credits > 0) {
      receiver.request(credits);
    }
  }

  private void leave() {
    TaskTicket left;
    synchronized (lock) {
      clientGone = true;
      left = over ? null : ticket;
    }
    if (left != null) {
      left.leave();
    }
  }

  static TaskFailed failed(TaskFailure failure) {
    return TaskFailed.newBuilder()
        .setCode(failure.code())
        .setMessage(failure.message())
        .setClientFault(failure.clientFault())
        .setDeliveredTokens(failure.deliveredTokens())
        .build();
  }

  static ByteString bytes(String hex) {
    return ByteString.copyFrom(HexFormat.of().parseHex(hex));
  }
}

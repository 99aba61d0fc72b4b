package io.myelin.gateway.metrics;

import io.myelin.gateway.task.Submission;
import io.myelin.gateway.task.TaskFailure;
import io.myelin.gateway.task.TaskListener;
import io.myelin.gateway.task.TaskOutcome;
import io.myelin.gateway.task.TaskRejectedException;
import io.myelin.gateway.task.TaskService;
import io.myelin.gateway.task.TaskTicket;
import io.myelin.gateway.task.TaskView;
import io.myelin.v1.GeneratedChunk;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/**
 * Counts and times the tasks of one front, seen from outside the pipeline. A task that is submitted
 * without anybody following it counts when it ends; a task followed again counts as a stream but
 * not as a task.
 */
public final class MeteredTaskService implements TaskService {
  private final TaskService tasks;
  private final GatewayMetrics.FrontMeters meters;
  private final LongSupplier nanoClock;

  /** Wraps {@code tasks} for the front of this name. */
  public MeteredTaskService(
      TaskService tasks, String front, GatewayMetrics metrics, LongSupplier nanoClock) {
    this.tasks = tasks;
    this.meters = metrics.front(front);
    this.nanoClock = nanoClock;
  }

  @Override
  public TaskTicket submit(Submission submission, TaskListener listener)
      throws TaskRejectedException {
    Metered metered = new Metered(listener, true);
    try {
      return metered.ticket(tasks.submit(submission, metered));
    } catch (TaskRejectedException e) {
      metered.end();
      meters.rejected.increment();
      throw e;
    } catch (RuntimeException e) {
      metered.end();
      throw e;
    }
  }

  @Override
  public Optional<TaskView> find(String sessionId, String taskId) {
    return tasks.find(sessionId, taskId);
  }

  @Override
  public Optional<TaskTicket> follow(
      String sessionId, String taskId, long afterSeq, TaskListener listener) {
    Metered metered = new Metered(listener, false);
    Optional<TaskTicket> ticket = tasks.follow(sessionId, taskId, afterSeq, metered);
    if (ticket.isEmpty()) {
      metered.end();
    }
    return ticket.map(metered::ticket);
  }

  @Override
  public boolean cancel(String sessionId, String taskId, String reason) {
    return tasks.cancel(sessionId, taskId, reason);
  }

  @Override
  public Optional<byte[]> receipt(String taskId) {
    return tasks.receipt(taskId);
  }

  private final class Metered implements TaskListener {
    private final TaskListener listener;
    private final boolean first;
    private final long startedAtNanos = nanoClock.getAsLong();
    private final AtomicBoolean ended = new AtomicBoolean();
    private long lastChunkAtNanos;
    private boolean sawChunk;

    Metered(TaskListener listener, boolean first) {
      this.listener = listener;
      this.first = first;
      meters.open.incrementAndGet();
    }

    TaskTicket ticket(TaskTicket ticket) {
      return new TaskTicket() {
        @Override
        public String taskId() {
          return ticket.taskId();
        }

        @Override
        public void request(long chunks) {
          ticket.request(chunks);
        }

        @Override
        public void leave() {
          end();
          ticket.leave();
        }
      };
    }

    boolean end() {
      if (ended.compareAndSet(false, true)) {
        meters.open.decrementAndGet();
        return true;
      }
      return false;
    }

    @Override
    public void onStarted() {
      listener.onStarted();
    }

    @Override
    public void onChunk(GeneratedChunk chunk) {
      if (first) {
        long now = nanoClock.getAsLong();
        if (sawChunk) {
          meters.tokenDelay.record(now - lastChunkAtNanos, TimeUnit.NANOSECONDS);
        } else if (chunk.getTokensCount() > 0) {
          sawChunk = true;
          meters.firstToken.record(now - startedAtNanos, TimeUnit.NANOSECONDS);
        }
        lastChunkAtNanos = now;
      }
      meters.tokens.increment(chunk.getTokensCount());
      listener.onChunk(chunk);
    }

    @Override
    public void onCompleted(TaskOutcome outcome) {
      end();
      if (first) {
        meters.completed.increment();
        recordDuration();
      }
      listener.onCompleted(outcome);
    }

    @Override
    public void onFailed(TaskFailure failure) {
      end();
      if (first) {
        (failure.code().equals("cancelled") ? meters.cancelled : meters.failed).increment();
        recordDuration();
      }
      listener.onFailed(failure);
    }

    private void recordDuration() {
      meters.duration.record(nanoClock.getAsLong() - startedAtNanos, TimeUnit.NANOSECONDS);
    }
  }
}

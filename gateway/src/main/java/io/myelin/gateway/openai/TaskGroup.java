package io.myelin.gateway.openai;

import io.myelin.gateway.task.Submission;
import io.myelin.gateway.task.TaskFailure;
import io.myelin.gateway.task.TaskListener;
import io.myelin.gateway.task.TaskOutcome;
import io.myelin.gateway.task.TaskRejectedException;
import io.myelin.gateway.task.TaskService;
import io.myelin.gateway.task.TaskTicket;
import io.myelin.v1.GeneratedChunk;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The tasks of one answer. They end together: all complete, or the first failure ends the answer
 * and the others are left.
 */
final class TaskGroup {

  /**
   * What happens to the tasks. Calls of one index come one after another, of several at any time.
   */
  interface Sink {
    void chunk(int index, GeneratedChunk chunk);

    void completed(int index, TaskOutcome outcome);

    /** After every {@link #completed}. */
    void allCompleted();

    /** Once, and then nothing more that counts. */
    void failed(TaskFailure failure);
  }

  private final List<Member> members = new ArrayList<>();
  private final AtomicInteger remaining;
  private final AtomicBoolean over = new AtomicBoolean();

  private volatile @Nullable Sink sink;

  private TaskGroup(int size) {
    this.remaining = new AtomicInteger(size);
  }

  /** Submits all or none: when one is rejected those before it are left. */
  static TaskGroup submit(TaskService tasks, List<Submission> submissions)
      throws TaskRejectedException {
    TaskGroup group = new TaskGroup(submissions.size());
    try {
      for (int i = 0; i < submissions.size(); i++) {
        Member member = group.new Member(i);
        member.ticket = tasks.submit(submissions.get(i), member);
        group.members.add(member);
      }
      return group;
    } catch (TaskRejectedException e) {
      group.leave();
      throw e;
    }
  }

  /** Begins to tell {@code sink}, and allows each task {@code credit} chunks. */
  void start(Sink sink, long credit) {
    this.sink = sink;
    for (Member member : members) {
      member.start();
    }
    for (int i = 0; i < members.size(); i++) {
      request(i, credit);
    }
  }

  /** Ids, in order. */
  List<String> taskIds() {
    return members.stream().map(member -> member.ticket().taskId()).toList();
  }

  /** Allows one task more chunks. */
  void request(int index, long chunks) {
    if (!over.get()) {
      members.get(index).ticket().request(chunks);
    }
  }

  /** The client is gone, or the answer cannot become whole any more. */
  void leave() {
    if (!over.getAndSet(true)) {
      leaveAll();
    }
  }

  private Sink sink() {
    Sink s = sink;
    if (s == null) {
      throw new IllegalStateException("sink: none (expected: start before anything is told)");
    }
    return s;
  }

  private void leaveAll() {
    for (Member member : members) {
      member.ticket().leave();
    }
  }

  private final class Member implements TaskListener {
    private final int index;
    private @Nullable TaskTicket ticket;
    private boolean started;
    private @Nullable Runnable early;

    Member(int index) {
      this.index = index;
    }

    TaskTicket ticket() {
      TaskTicket t = ticket;
      if (t == null) {
        throw new IllegalStateException("ticket: none (expected: one after submit)");
      }
      return t;
    }

    /** An end may come before submit has returned; it waits until the answer's head is known. */
    void start() {
      Runnable waiting;
      synchronized (this) {
        started = true;
        waiting = early;
        early = null;
      }
      if (waiting != null) {
        waiting.run();
      }
    }

    private void whenStarted(Runnable end) {
      synchronized (this) {
        if (!started) {
          early = end;
          return;
        }
      }
      end.run();
    }

    @Override
    public void onChunk(GeneratedChunk chunk) {
      if (!over.get()) {
        sink().chunk(index, chunk);
      }
    }

    @Override
    public void onCompleted(TaskOutcome outcome) {
      whenStarted(
          () -> {
            if (over.get()) {
              return;
            }
            sink().completed(index, outcome);
            if (remaining.decrementAndGet() == 0 && !over.getAndSet(true)) {
              sink().allCompleted();
            }
          });
    }

    @Override
    public void onFailed(TaskFailure failure) {
      whenStarted(
          () -> {
            if (!over.getAndSet(true)) {
              sink().failed(failure);
              leaveAll();
            }
          });
    }
  }
}

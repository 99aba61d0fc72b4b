package io.myelin.gateway.pipeline;

import io.myelin.gateway.loop.Loop;
import io.myelin.gateway.task.TaskFailure;
import io.myelin.gateway.task.TaskListener;
import io.myelin.gateway.task.TaskTicket;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One reader of a task's stream: takes from the log as far as it asked, at its own pace. Everything
 * but the ticket's methods happens in the task's loop.
 */
final class Follower implements TaskTicket {
  private static final Logger log = LoggerFactory.getLogger(Follower.class);

  private final Feed feed;
  private final TaskListener listener;
  private final boolean owner;
  private int cursor;
  private long demand;
  private boolean pumping;
  private boolean ended;
  private Loop.@Nullable Timer slow;

  /**
   * A reader.
   *
   * @param owner whether the task lives for this reader alone
   * @param cursor first chunk it has not got
   */
  Follower(Feed feed, TaskListener listener, boolean owner, int cursor) {
    this.feed = feed;
    this.listener = listener;
    this.owner = owner;
    this.cursor = cursor;
  }

  @Override
  public String taskId() {
    return feed.taskId();
  }

  @Override
  public void request(long chunks) {
    if (chunks <= 0) {
      throw new IllegalArgumentException("chunks: " + chunks + " (expected: > 0)");
    }
    feed.loop()
        .run(
            () -> {
              demand = demand + chunks < 0 ? Long.MAX_VALUE : demand + chunks;
              pump();
            });
  }

  @Override
  public void leave() {
    feed.loop()
        .run(
            () -> {
              if (!ended) {
                stop();
                feed.left(this);
              }
            });
  }

  /** Tells this reader nothing more, not even an end. */
  void drop() {
    feed.loop()
        .run(
            () -> {
              stop();
              feed.done(this);
            });
  }

  /** Chunks it was given. */
  int cursor() {
    return cursor;
  }

  boolean isOwner() {
    return owner;
  }

  boolean hasEnded() {
    return ended;
  }

  /** Whether it got everything there is. */
  boolean caughtUp() {
    return cursor >= feed.output().size();
  }

  void started() {
    if (!ended) {
      guarded(listener::onStarted);
    }
  }

  /** Gives what may be given; the last words come once every chunk is out. */
  void pump() {
    if (pumping || ended) {
      return;
    }
    pumping = true;
    int before = cursor;
    try {
      while (!ended && demand > 0 && cursor < feed.limit()) {
        demand--;
        var chunk = feed.output().chunk(cursor++);
        guarded(() -> listener.onChunk(chunk));
      }
    } finally {
      pumping = false;
    }
    if (ended) {
      return;
    }
    watchPace(cursor > before);
    if (cursor > before) {
      feed.advanced(this);
    }
    Outcome outcome = feed.outcome();
    if (outcome != null && !ended) {
      conclude(outcome);
    }
  }

  private void conclude(Outcome outcome) {
    if (cursor < feed.limit()) {
      return;
    }
    stop();
    switch (outcome) {
      case Outcome.Completed completed -> guarded(() -> listener.onCompleted(completed.outcome()));
      case Outcome.Failed failed -> guarded(() -> listener.onFailed(failed.failure()));
    }
    feed.done(this);
  }

  private void watchPace(boolean moved) {
    boolean waits = cursor < feed.limit() && demand == 0;
    Loop.Timer timer = slow;
    if (timer != null && (moved || !waits)) {
      timer.cancel();
      slow = null;
    }
    if (waits && slow == null) {
      slow = feed.loop().schedule(feed.slowReaderMillis(), this::tooSlow);
    }
  }

  private void tooSlow() {
    slow = null;
    if (ended) {
      return;
    }
    if (owner && feed.outcome() == null) {
      feed.ownerTooSlow(this);
      return;
    }
    stop();
    guarded(
        () ->
            listener.onFailed(
                new TaskFailure(
                    "slow_reader",
                    "nothing was read for %d ms; read the stream without pauses, or follow the task again"
                        .formatted(feed.slowReaderMillis()),
                    true,
                    feed.output().tokens(0, cursor))));
    feed.done(this);
  }

  private void stop() {
    ended = true;
    Loop.Timer timer = slow;
    if (timer != null) {
      timer.cancel();
      slow = null;
    }
  }

  private void guarded(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException e) {
      log.error("a listener of task {} failed; it is taken to have left", feed.taskId(), e);
      if (!ended) {
        stop();
        feed.left(this);
      }
    }
  }
}

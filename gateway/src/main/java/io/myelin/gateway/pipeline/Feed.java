package io.myelin.gateway.pipeline;

import io.myelin.gateway.loop.Loop;
import io.myelin.gateway.task.TaskListener;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A task's stream and who reads it. Changed in the task's loop only. */
final class Feed {
  private final String taskId;
  private final Loop loop;
  private final OutputLog output;
  private final long slowReaderMillis;
  private final Events events;
  private final List<Follower> followers = new ArrayList<>();
  private @Nullable Follower owner;
  private volatile @Nullable Outcome outcome;
  private volatile int endLimit;

  /** What readers do to the task. */
  interface Events {
    /** The owner read on. */
    void onOwnerAdvanced();

    /** The owner is gone. */
    void onOwnerLeft();

    /** The owner left a chunk unread for too long. */
    void onOwnerTooSlow();

    /** For a task that has ended. */
    Events NONE =
        new Events() {
          @Override
          public void onOwnerAdvanced() {}

          @Override
          public void onOwnerLeft() {}

          @Override
          public void onOwnerTooSlow() {}
        };
  }

  Feed(String taskId, Loop loop, OutputLog output, long slowReaderMillis, Events events) {
    this.taskId = taskId;
    this.loop = loop;
    this.output = output;
    this.slowReaderMillis = slowReaderMillis;
    this.events = events;
  }

  /** Makes a reader; {@link #attach} lets it begin. */
  Follower follower(TaskListener listener, boolean owns, int fromChunk) {
    return new Follower(this, listener, owns, fromChunk);
  }

  void attach(Follower follower) {
    followers.add(follower);
    if (follower.isOwner()) {
      owner = follower;
    }
    follower.pump();
  }

  /** Chunks the owner was given; everything when nobody owns the task. */
  int ownerCursor() {
    Follower reader = owner;
    return reader == null ? output.size() : reader.cursor();
  }

  boolean ownerWaits() {
    Follower reader = owner;
    return reader != null && !reader.hasEnded() && !reader.caughtUp();
  }

  void started() {
    for (Follower follower : List.copyOf(followers)) {
      follower.started();
    }
  }

  /** There is more. */
  void changed() {
    if (followers.size() == 1) {
      followers.getFirst().pump();
      return;
    }
    for (Follower follower : List.copyOf(followers)) {
      follower.pump();
    }
  }

  /** There is no more than the first {@code chunks} chunks: that much was counted. */
  void end(Outcome how, int chunks) {
    if (outcome == null) {
      endLimit = chunks;
      outcome = how;
      changed();
    }
  }

  /** How far may be read now. */
  int limit() {
    return outcome == null ? output.size() : endLimit;
  }

  void advanced(Follower follower) {
    if (follower.isOwner()) {
      events.onOwnerAdvanced();
    }
  }

  void left(Follower follower) {
    followers.remove(follower);
    if (follower.isOwner() && outcome == null) {
      events.onOwnerLeft();
    }
  }

  void ownerTooSlow(Follower follower) {
    if (follower.isOwner()) {
      events.onOwnerTooSlow();
    }
  }

  void done(Follower follower) {
    followers.remove(follower);
  }

  String taskId() {
    return taskId;
  }

  Loop loop() {
    return loop;
  }

  OutputLog output() {
    return output;
  }

  long slowReaderMillis() {
    return slowReaderMillis;
  }

  @Nullable Outcome outcome() {
    return outcome;
  }
}

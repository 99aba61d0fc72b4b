package io.myelin.compute.task;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/**
 * Which attempts the engine holds. A stopped one holds its slot until the engine lets go, within a
 * token; whoever was given the slot meanwhile starts then, instead of being refused for the gateway
 * having been faster than the engine. On the node's loop only.
 */
final class EngineSlots {
  private final int slots;
  private final DecodeSpeed speed;
  private final Set<TaskRun> onEngine = new HashSet<>();
  private final Set<TaskRun> stopped = new HashSet<>();
  private final Deque<TaskRun> waiting = new ArrayDeque<>();
  private final Set<TaskRun> beside = new HashSet<>();
  private int reserved;

  EngineSlots(int slots, DecodeSpeed speed) {
    this.slots = slots;
    this.speed = speed;
  }

  /** Whether one more may be taken. */
  boolean free() {
    return onEngine.size() - stopped.size() + waiting.size() + reserved < slots;
  }

  /** Keeps a slot for an attempt that will come; false when none is free. */
  boolean reserve() {
    if (!free()) {
      return false;
    }
    reserved++;
    return true;
  }

  /** The attempt comes now, or never. */
  void unreserve() {
    reserved--;
  }

  /** Starts it, or has it start once a stopped one is gone. */
  void start(TaskRun run) {
    if (onEngine.size() < slots) {
      begin(run);
    } else {
      waiting.add(run);
    }
  }

  /** Starts it in no slot: the slots are as many as before. */
  void startBeside(TaskRun run) {
    beside.add(run);
    speed.taskStarted(System.nanoTime());
    run.start();
  }

  /** Stops it; its slot may be given away. */
  void stop(TaskRun run) {
    run.stop();
    if (!waiting.remove(run) && onEngine.contains(run)) {
      stopped.add(run);
    }
  }

  /** The engine is done with it. */
  void released(TaskRun run) {
    stopped.remove(run);
    if (beside.remove(run)) {
      speed.taskEnded(System.nanoTime());
      return;
    }
    if (!onEngine.remove(run)) {
      return;
    }
    speed.taskEnded(System.nanoTime());
    TaskRun next = waiting.poll();
    if (next != null) {
      begin(next);
    }
  }

  /** Attempts on the engine, and those that wait for it. */
  int running() {
    return onEngine.size() + waiting.size();
  }

  private void begin(TaskRun run) {
    onEngine.add(run);
    speed.taskStarted(System.nanoTime());
    run.start();
  }
}

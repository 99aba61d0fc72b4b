package io.myelin.compute.task;

import io.myelin.v1.Offer;

/** One attempt on the engine. Methods may be called from any thread and do not block. */
interface TaskRun {

  /** How a run ends and what it reports; called on threads of the engine, once at most each. */
  interface Listener {
    /** Complete. Not called after {@link TaskRun#stop}. */
    void onOutput(TaskRun run, TaskOutput output);

    /** Given up. Not called after {@link TaskRun#stop}. */
    void onFailure(TaskRun run, RuntimeException error);

    /** The engine is done with it, whatever happened: its slot is free. */
    void onReleased(TaskRun run);

    /** Tokens were made. */
    void onTokens(int count);
  }

  /** The offer it works on. */
  Offer offer();

  /** Starts the engine. */
  void start();

  /** Allows more chunks. */
  void credit(long chunks);

  /** Ends the output within a token, where that is possible: it is finished then. */
  void cut();

  /** Stops within a token; nothing is sent any more. */
  void stop();
}

package io.myelin.gateway.loop;

/** Runs what it is given one after another, never two at a time. Nothing in it may block. */
public interface Loop {

  /** Runs it soon, after everything given before. */
  void execute(Runnable work);

  /** Runs it once the time has passed, unless cancelled before. */
  Timer schedule(long delayMillis, Runnable work);

  /** Whether the caller is in this loop now. */
  boolean inLoop();

  /** Runs it now when the caller is in this loop, else soon. */
  default void run(Runnable work) {
    if (inLoop()) {
      work.run();
    } else {
      execute(work);
    }
  }

  /** Something scheduled. */
  interface Timer {
    /** Makes it not run, if it has not begun; harmless otherwise. */
    void cancel();
  }
}

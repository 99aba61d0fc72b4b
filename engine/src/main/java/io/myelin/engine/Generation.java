package io.myelin.engine;

/** One running generation, as its consumer steers it. */
public interface Generation {

  /** Allows {@code chunks} more chunks; without allowance the sequence pauses and costs nothing. */
  void request(long chunks);

  /** Stops within one token; the listener gets {@code onFinished} with reason CANCELLED. */
  void cancel();
}

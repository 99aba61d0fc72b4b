package io.myelin.engine.llama;

import java.lang.management.ManagementFactory;

/** What a bench measures time with. Readings of one thread compare with each other only. */
enum BenchClock {
  /** The calling thread's CPU time. */
  CPU {
    @Override
    long nanos() {
      return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
  },
  /** Time as it passes. */
  WALL {
    @Override
    long nanos() {
      return System.nanoTime();
    }
  };

  /** CPU time when the calling thread does all the work, else the wall. */
  static BenchClock of(int nativeThreads) {
    return nativeThreads == 1 ? CPU : WALL;
  }

  abstract long nanos();
}

package io.myelin.gateway.hub;

import io.myelin.gateway.session.ExamFigures;
import io.myelin.gateway.session.NodeView;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What a node did at this gateway since it started, over all its connections: why it earns or does
 * not. Written from any thread.
 */
public final class NodeAccount {
  private static final long FIRST_BAR_MILLIS = 60_000;
  private static final long LONGEST_BAR_MILLIS = 3_600_000;

  private final LongAdder offered = new LongAdder();
  private final LongAdder acked = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LongAdder completed = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder compared = new LongAdder();
  private final LongAdder apart = new LongAdder();
  private volatile int running;
  private volatile long barredUntilMillis;
  private volatile long barMillis;
  private volatile @Nullable String lastError;
  private volatile @Nullable ExamFigures exam;

  /** A task was offered. */
  public void countOffered() {
    offered.increment();
  }

  /** It accepted one. */
  public void countAcked() {
    acked.increment();
  }

  /** It declined one. */
  public void countRefused(String why) {
    refused.increment();
    lastError = why;
  }

  /** A task it took part in completed with its commitment. */
  public void countCompleted() {
    completed.increment();
  }

  /** It failed a task. */
  public void countFailed(String why) {
    failed.increment();
    lastError = why;
  }

  /** An answer of it was compared with others' to the same question. */
  public void countCompared(boolean stoodApart) {
    compared.increment();
    if (stoodApart) {
      apart.increment();
    }
  }

  /** Something went wrong that is no task's failure. */
  public void noteError(String why) {
    lastError = why;
  }

  /** It flooded its stream: it is not let in for a while, for longer each time. */
  synchronized void bar(long nowMillis) {
    barMillis = Math.clamp(2 * barMillis, FIRST_BAR_MILLIS, LONGEST_BAR_MILLIS);
    barredUntilMillis = nowMillis + barMillis;
  }

  /** Until when it is not let in (Unix time); past when it is. */
  long barredUntilMillis() {
    return barredUntilMillis;
  }

  /** It was examined. */
  public void noteExam(ExamFigures figures) {
    exam = figures;
  }

  /** How it did in its last exam, or null before the first. */
  @Nullable ExamFigures exam() {
    return exam;
  }

  /** How many tasks of this gateway it has now. */
  public void runningNow(int tasks) {
    running = tasks;
  }

  int running() {
    return running;
  }

  /** The figures now. */
  public NodeView.Figures figures() {
    return new NodeView.Figures(
        offered.sum(),
        acked.sum(),
        refused.sum(),
        completed.sum(),
        failed.sum(),
        compared.sum(),
        apart.sum(),
        lastError);
  }
}

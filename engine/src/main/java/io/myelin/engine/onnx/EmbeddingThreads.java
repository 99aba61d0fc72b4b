package io.myelin.engine.onnx;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.myelin.engine.EngineException;
import io.myelin.engine.EngineException.Kind;
import io.myelin.engine.wordpiece.WordPieceTokenizer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The threads that compute. Requests take turns text by text, so that one of two thousand texts
 * does not keep one of a single text waiting.
 */
final class EmbeddingThreads implements AutoCloseable {
  private final SentenceModel model;
  private final WordPieceTokenizer tokenizer;
  private final int mostTokens;
  private final int mostJobs;
  private final Set<EmbeddingJob> jobs = ConcurrentHashMap.newKeySet();
  private final List<Thread> threads = new ArrayList<>();
  private final Object lock = new Object();

  @GuardedBy("lock")
  private final ArrayDeque<EmbeddingJob> fresh = new ArrayDeque<>();

  @GuardedBy("lock")
  private final ArrayDeque<EmbeddingJob> turns = new ArrayDeque<>();

  @GuardedBy("lock")
  private boolean closed;

  EmbeddingThreads(
      SentenceModel model, WordPieceTokenizer tokenizer, int mostTokens, int mostJobs, int count) {
    this.model = model;
    this.tokenizer = tokenizer;
    this.mostTokens = mostTokens;
    this.mostJobs = mostJobs;
    for (int i = 0; i < count; i++) {
      threads.add(Thread.ofPlatform().daemon().name("embedding-" + i).start(this::work));
    }
  }

  /** Puts a request in line, or fails it. */
  void submit(EmbeddingJob job) {
    synchronized (lock) {
      if (closed) {
        job.fail(closedFailure());
      } else if (jobs.size() >= mostJobs) {
        job.fail(
            new EngineException(
                Kind.BUSY, "requests: " + mostJobs + " are in line already; try again later"));
      } else {
        jobs.add(job);
        fresh.add(job);
        lock.notifyAll();
        var _ = job.result().whenComplete((_, _) -> jobs.remove(job));
      }
    }
  }

  private void work() {
    for (Runnable step = nextStep(); step != null; step = nextStep()) {
      step.run();
    }
  }

  private @Nullable Runnable nextStep() {
    synchronized (lock) {
      while (!closed) {
        EmbeddingJob job = fresh.poll();
        if (job != null) {
          return () -> begin(job);
        }
        EmbeddingJob turn = turns.poll();
        if (turn != null) {
          int input = turn.nextStep();
          if (turn.hasMore()) {
            turns.add(turn);
          }
          if (input >= 0) {
            return () -> guarded(turn, () -> turn.compute(input, model));
          }
          continue;
        }
        try {
          lock.wait();
        } catch (InterruptedException e) {
          return null;
        }
      }
      return null;
    }
  }

  private void begin(EmbeddingJob job) {
    guarded(job, () -> job.tokenize(tokenizer, mostTokens));
    synchronized (lock) {
      turns.add(job);
      lock.notifyAll();
    }
  }

  private static void guarded(EmbeddingJob job, Runnable step) {
    try {
      step.run();
    } catch (RuntimeException e) {
      job.fail(e);
    } catch (LinkageError | StackOverflowError e) {
      job.fail(new EngineException(Kind.INTERNAL, "the engine failed: " + e, e));
    }
  }

  private static EngineException closedFailure() {
    return new EngineException(Kind.CLOSED, "the engine was closed");
  }

  /** Fails what is in line; returns when no thread computes any more. */
  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
      lock.notifyAll();
    }
    jobs.forEach(job -> job.fail(closedFailure()));
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}

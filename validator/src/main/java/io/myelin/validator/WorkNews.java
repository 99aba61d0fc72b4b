package io.myelin.validator;

import io.myelin.chain.ChainException;
import io.myelin.committee.Telling;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.work.SignedWork;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the other members of a gateway's committee what this validator alone drew or found, so that
 * they hold it against that gateway's next batch too. On threads of its own: no review waits for
 * it.
 */
public final class WorkNews implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WorkNews.class);
  private static final long LOOK_MILLIS = 500;
  private static final int MOST_DRAWS = 16;
  private static final int MOST_TIMES = 3;
  private static final long AGAIN_NANOS = Duration.ofSeconds(30).toNanos();

  private final WorkDesk desk;
  private final Telling telling;
  private final Map<Digest, Told> lies = new HashMap<>();
  private final List<Thread> threads;

  private record Told(int times, long atNanos) {}

  private WorkNews(WorkDesk desk, Telling telling) {
    this.desk = desk;
    this.telling = telling;
    // Others check a lie before they answer: draws do not wait for that.
    this.threads =
        List.of(
            Thread.ofVirtual().name("validator-draws").start(() -> work(this::tellDraws)),
            Thread.ofVirtual().name("validator-lies").start(() -> work(this::tellLies)));
  }

  /**
   * Tells from now on.
   *
   * @param node whose draws and findings they are
   * @param telling of a client with the same key, which the caller closes after this
   */
  public static WorkNews start(ValidatorNode node, Telling telling) {
    return new WorkNews(node.work(), telling);
  }

  private interface Step {
    void run() throws InterruptedException;
  }

  private static void work(Step step) {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        try {
          step.run();
        } catch (ChainException e) {
          LOG.warn("others are told later: {}", e.getMessage());
        } catch (RuntimeException e) {
          LOG.error("others are not told", e);
        }
      }
    } catch (InterruptedException e) {
      // close() ends it.
      Thread.currentThread().interrupt();
    }
  }

  private void tellDraws() throws InterruptedException {
    desk.draws().awaitNews(LOOK_MILLIS);
    for (WorkDebts.Draw draw : desk.draws().due(MOST_DRAWS)) {
      int taken = telling.drawn(draw.gateway(), draw.receipt(), draw.draw());
      LOG.info(
          "task {} of session {} was drawn and is not shown: {} others know",
          draw.task(),
          draw.session(),
          taken);
    }
  }

  private void tellLies() throws InterruptedException {
    Thread.sleep(LOOK_MILLIS);
    Set<Digest> open = new HashSet<>();
    for (WorkMemory.Accusation accusation : desk.memory().accusations()) {
      if (accusation.charge().isRun()) {
        continue;
      }
      SignedWork work = accusation.charge().works().getFirst();
      open.add(work.digest());
      long nowNanos = System.nanoTime();
      Told told = lies.getOrDefault(work.digest(), new Told(0, nowNanos));
      if (told.times() == MOST_TIMES || told.atNanos() - nowNanos > 0) {
        continue;
      }
      lies.put(work.digest(), new Told(told.times() + 1, nowNanos + AGAIN_NANOS));
      int found = telling.lie(work.gateway(), work.record());
      LOG.info("task {}: {} others find the lie too", work.commit().taskId(), found);
    }
    lies.keySet().retainAll(open);
  }

  /** Ends; a call in progress fails. */
  @Override
  public void close() {
    threads.forEach(Thread::interrupt);
  }
}

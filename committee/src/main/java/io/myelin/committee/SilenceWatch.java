package io.myelin.committee;

import io.myelin.chain.ChainException;
import io.myelin.protocol.ids.Address;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears of members that were silent, and has those benched that still are: in the background, one
 * roll call at a time.
 */
public final class SilenceWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SilenceWatch.class);
  private static final int MOST = 4;

  private final Absences absences;
  private final Consumer<Absences.Bench> send;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(Thread.ofVirtual().name("silence-watch").factory());
  private final Set<Address> heard = new HashSet<>();

  /**
   * Of a gateway.
   *
   * @param send sees to a transaction that benches somebody, without waiting
   */
  public SilenceWatch(Absences absences, Consumer<Absences.Bench> send) {
    this.absences = absences;
    this.send = send;
  }

  /** A member was silent, or late. */
  public void heard(Address owner) {
    synchronized (heard) {
      if (!heard.add(owner) || heard.size() > 1) {
        return;
      }
    }
    try {
      var _ = thread.submit(this::look);
    } catch (RejectedExecutionException e) {
      LOG.debug("closed while {} was heard of", owner);
    }
  }

  private void look() {
    Set<Address> whom;
    synchronized (heard) {
      whom = Set.copyOf(heard);
      heard.clear();
    }
    try {
      List<Absences.Bench> found = absences.take(Address.ZERO, whom::contains, MOST);
      found.forEach(send);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ChainException | IllegalStateException e) {
      // The next silence is heard of as well.
      LOG.warn("who was silent is not benched: {}", e.toString());
    }
  }

  /** Ends; a roll call in progress is given up. */
  @Override
  public void close() {
    thread.shutdownNow();
  }
}

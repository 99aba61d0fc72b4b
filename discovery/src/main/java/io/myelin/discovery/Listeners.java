package io.myelin.discovery;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Those who are told of peers, on a virtual thread of their own: a slow one delays only others. */
final class Listeners implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Listeners.class);

  private final List<PeerListener> all = new CopyOnWriteArrayList<>();
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(Thread.ofVirtual().name("peer-listeners").factory());

  /**
   * Adds one and tells it of those that are there. On the core's thread, so that none is missed.
   */
  void add(PeerListener listener, Collection<Peer> known) {
    all.add(listener);
    List<Peer> peers = List.copyOf(known);
    later(() -> peers.forEach(peer -> guarded(() -> listener.came(peer))));
  }

  void remove(PeerListener listener) {
    all.remove(listener);
  }

  void tell(Optional<Peer> before, Optional<Peer> now) {
    List<PeerListener> told = List.copyOf(all);
    later(
        () -> {
          for (PeerListener listener : told) {
            guarded(() -> tell(listener, before, now));
          }
        });
  }

  private static void tell(PeerListener listener, Optional<Peer> before, Optional<Peer> now) {
    if (now.isEmpty()) {
      before.ifPresent(listener::went);
    } else if (before.isEmpty()) {
      listener.came(now.get());
    } else {
      listener.changed(before.get(), now.get());
    }
  }

  private void later(Runnable task) {
    try {
      thread.execute(task);
    } catch (RejectedExecutionException e) {
      log.trace("closed: nobody is told", e);
    }
  }

  private static void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      log.warn("A listener of peers failed", e);
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}

package io.myelin.registry.mempool;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.mempool.MempoolMachine;
import io.myelin.protocol.mempool.PoolEffect;
import io.myelin.protocol.mempool.PoolEntry;
import io.myelin.protocol.mempool.PoolEvent;
import io.myelin.protocol.mempool.PoolLimits;
import io.myelin.protocol.mempool.PoolState;
import io.myelin.protocol.mempool.PoolStep;
import io.myelin.v1.ExchangeRequest;
import io.myelin.v1.GossipItem;
import io.myelin.v1.PendingCancellation;
import io.myelin.v1.PendingChange;
import io.myelin.v1.PendingEntry;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** The machine's state with the messages it is about, and who follows it. Asks nobody. */
final class Pool {
  /** So far a client's clock may be ahead. */
  private static final long CLOCKS_DIFFER_MILLIS = 60_000;

  private final InstantSource clock;
  private final int mostCancels;
  private final long longestMillis;
  private final Object lock = new Object();

  @GuardedBy("lock")
  private PoolState state;

  @GuardedBy("lock")
  private final Map<SessionId, PendingEntry> messages = new HashMap<>();

  /** Of each place the last word of its client, to be shown to other nodes. */
  @GuardedBy("lock")
  private final Map<PoolEntry.Place, PendingCancellation> cancels = new LinkedHashMap<>();

  @GuardedBy("lock")
  private final Set<PendingWatcher> watchers = new LinkedHashSet<>();

  Pool(PoolLimits limits, InstantSource clock) {
    this.clock = clock;
    this.mostCancels = limits.maxEntries();
    this.longestMillis = limits.maxValidMillis() + CLOCKS_DIFFER_MILLIS;
    this.state = PoolState.of(limits);
  }

  /** Applies an event; {@code bodies} holds the messages of requests that it brings. */
  List<PoolEffect> apply(PoolEvent event, Map<SessionId, PendingEntry> bodies) {
    synchronized (lock) {
      long now = clock.millis();
      PoolStep step = MempoolMachine.apply(state, event, now);
      state = step.state();
      for (PoolEffect effect : step.effects()) {
        switch (effect) {
          case PoolEffect.Added added -> {
            PendingEntry body = bodies.get(added.entry().id());
            if (body == null) {
              throw new IllegalStateException("no message of " + added.entry().id());
            }
            messages.put(added.entry().id(), body);
            tell(added.entry(), added(added.entry().id(), body));
          }
          case PoolEffect.Removed removed -> {
            messages.remove(removed.entry().id());
            tell(
                removed.entry(),
                PendingChange.newBuilder()
                    .setKind(PendingChange.Kind.KIND_REMOVED)
                    .setSessionId(MempoolCodec.bytes(removed.entry().id()))
                    .setCause(removed.cause().name())
                    .build());
          }
          case PoolEffect.Refused _ -> {}
        }
      }
      cancels.values().removeIf(cancel -> cancel.getUntilMillis() <= now);
      return step.effects();
    }
  }

  @GuardedBy("lock")
  private void tell(PoolEntry entry, PendingChange change) {
    // A copy: a watcher that is too slow leaves the set.
    List.copyOf(watchers).forEach(watcher -> watcher.tell(entry, change));
  }

  private static PendingChange added(SessionId id, PendingEntry body) {
    return PendingChange.newBuilder()
        .setKind(PendingChange.Kind.KIND_ADDED)
        .setSessionId(MempoolCodec.bytes(id))
        .setEntry(body)
        .build();
  }

  /**
   * Keeps a cancel for other nodes, when the machine took it and there is room; whether it says
   * more than what was kept.
   */
  boolean keep(PoolEntry.Place place, PendingCancellation cancel) {
    synchronized (lock) {
      PendingCancellation before = cancels.get(place);
      PoolState.Mark mark = state.marks().get(place);
      boolean more =
          mark != null
              && mark.ended()
              && cancel.getUntilMillis() <= clock.millis() + longestMillis
              && (before == null
                  ? cancels.size() < mostCancels
                  : before.getUntilMillis() < cancel.getUntilMillis());
      if (more) {
        cancels.put(place, cancel);
      }
      return more;
    }
  }

  Optional<PoolEntry> entry(SessionId id) {
    synchronized (lock) {
      return state.entry(id);
    }
  }

  /** What waits in a place. */
  Optional<PoolEntry> at(PoolEntry.Place place) {
    synchronized (lock) {
      return state.at(place);
    }
  }

  /** Senders of what waits. */
  Set<Address> senders() {
    synchronized (lock) {
      Set<Address> all = new LinkedHashSet<>();
      state.entries().values().forEach(entry -> all.add(entry.sender()));
      return all;
    }
  }

  List<PendingEntry> pending(Predicate<PoolEntry> wanted) {
    synchronized (lock) {
      List<PendingEntry> found = new ArrayList<>();
      for (PoolEntry entry : state.entries().values()) {
        PendingEntry body = messages.get(entry.id());
        if (body != null && wanted.test(entry)) {
          found.add(body);
        }
      }
      return found;
    }
  }

  /** Adds a watcher, which is told of what waits first. */
  void watch(PendingWatcher watcher) {
    synchronized (lock) {
      watchers.add(watcher);
      watcher.begin();
      for (PoolEntry entry : state.entries().values()) {
        PendingEntry body = messages.get(entry.id());
        if (body != null) {
          watcher.tell(entry, added(entry.id(), body));
        }
      }
    }
  }

  void leave(PendingWatcher watcher) {
    synchronized (lock) {
      watchers.remove(watcher);
    }
  }

  /** What another node is told that this one has. */
  ExchangeRequest known() {
    synchronized (lock) {
      ExchangeRequest.Builder known = ExchangeRequest.newBuilder();
      state.entries().keySet().forEach(id -> known.addKnown(first8(id.bytes())));
      cancels.forEach((place, cancel) -> known.addKnown(mark(place, cancel)));
      return known.build();
    }
  }

  /** What another node lacks that has these. */
  List<GossipItem> missing(Set<Long> known) {
    synchronized (lock) {
      List<GossipItem> items = new ArrayList<>();
      // Requests first: what is cancelled can cost a client nothing that it did not sign for.
      messages.forEach(
          (id, body) -> {
            if (!known.contains(first8(id.bytes()))) {
              items.add(GossipItem.newBuilder().setEntry(body).build());
            }
          });
      cancels.forEach(
          (place, cancel) -> {
            if (!known.contains(mark(place, cancel))) {
              items.add(GossipItem.newBuilder().setCancellation(cancel).build());
            }
          });
      return items;
    }
  }

  private static long mark(PoolEntry.Place place, PendingCancellation cancel) {
    return first8(
        Keccak256.hashBytes(
            ByteBuffer.allocate(Address.LENGTH + 2 * Long.BYTES)
                .put(place.sender().bytes())
                .putLong(place.nonce())
                .putLong(cancel.getUntilMillis())
                .array()));
  }

  private static long first8(byte[] bytes) {
    return ByteBuffer.wrap(bytes).getLong();
  }
}

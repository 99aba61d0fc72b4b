package io.myelin.registry.mempool;

import io.grpc.StatusRuntimeException;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.crypto.Signers;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.mempool.Announcement;
import io.myelin.protocol.mempool.PoolEffect;
import io.myelin.protocol.mempool.PoolEntry;
import io.myelin.protocol.mempool.PoolEvent;
import io.myelin.protocol.typeddata.PendingCancel;
import io.myelin.v1.GossipItem;
import io.myelin.v1.NodeDeparture;
import io.myelin.v1.PendingCancellation;
import io.myelin.v1.PendingEntry;
import java.math.BigInteger;
import java.net.URI;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One registry node's pool of waiting requests. Checks what comes, from whomever, against
 * signatures and chain; tells the other nodes at once, and asks one of them every few seconds for
 * what it lacks. Keeps nothing on disk: after a start it has what others have.
 */
public final class MempoolNode implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MempoolNode.class);
  private static final long TICK_MILLIS = 1_000;

  /** Accounts that are looked at again in one tick. */
  private static final int ACCOUNTS_A_TICK = 32;

  private final MempoolSettings settings;
  private final MempoolChain chain;
  private final Others others;
  private final Pool pool;
  private final Semaphore checks;
  private final Deque<Address> accounts = new ArrayDeque<>();
  private final ScheduledExecutorService timer;
  private volatile Consumer<NodeDeparture> departures = _ -> {};

  private MempoolNode(
      MempoolSettings settings,
      MempoolChain chain,
      Supplier<? extends Collection<URI>> others,
      InstantSource clock) {
    this.settings = settings;
    this.chain = chain;
    this.others = new Others(others);
    this.pool = new Pool(settings.limits(), clock);
    this.checks = new Semaphore(settings.checks());
    this.timer =
        Executors.newScheduledThreadPool(
            2, Thread.ofPlatform().daemon().name("mempool-", 0).factory());
  }

  /**
   * Begins, with nothing; asks the others soon.
   *
   * @param others where other registry nodes are now; asked often, must not block
   */
  public static MempoolNode start(
      MempoolSettings settings,
      MempoolChain chain,
      Supplier<? extends Collection<URI>> others,
      InstantSource clock) {
    MempoolNode node = new MempoolNode(settings, chain, others, clock);
    node.every(TICK_MILLIS, node::tick);
    node.every(settings.pullMillis(), node::pull);
    return node;
  }

  private void every(long millis, Runnable work) {
    Runnable guarded =
        () -> {
          try {
            work.run();
          } catch (RuntimeException e) {
            LOG.warn("the mempool: {}", e.toString());
          }
        };
    var _ = timer.scheduleWithFixedDelay(guarded, millis, millis, TimeUnit.MILLISECONDS);
  }

  /** From now on hands on signed goodbyes that other nodes pass on. */
  public void onDeparture(Consumer<NodeDeparture> departed) {
    departures = departed;
  }

  /** Tells the other registry nodes of a goodbye; how many. */
  public int tell(NodeDeparture departure) {
    return others.tell(GossipItem.newBuilder().setDeparture(departure).build());
  }

  MempoolSettings settings() {
    return settings;
  }

  Pool pool() {
    return pool;
  }

  /** A request of a client; how many others are told. */
  int submit(PendingEntry message) {
    return checking(
        () -> {
          Announcement one = checked(message);
          PoolEntry entry = one.poolEntry();
          if (pool.entry(entry.id()).isPresent()) {
            return 0;
          }
          BigInteger funds = fundsFor(one);
          List<PoolEffect> effects =
              pool.apply(new PoolEvent.Offered(entry, funds), Map.of(entry.id(), message));
          Optional<PoolEffect.Refusal> refusal =
              effects.stream()
                  .filter(PoolEffect.Refused.class::isInstance)
                  .map(PoolEffect.Refused.class::cast)
                  .filter(no -> no.id().equals(entry.id()))
                  .map(PoolEffect.Refused::why)
                  .findFirst();
          if (refusal.isPresent() && refusal.get() != PoolEffect.Refusal.KNOWN) {
            throw MempoolReason.of(refusal.get(), settings);
          }
          return others.tell(GossipItem.newBuilder().setEntry(message).build());
        });
  }

  /** A client's word that it wants nothing in a place; what was there. */
  Optional<PoolEntry> cancel(PendingCancellation message) {
    return checking(
        () -> {
          PendingCancel cancel = signedCancel(message);
          PoolEntry.Place place = new PoolEntry.Place(cancel.client(), cancel.nonce());
          Optional<PoolEntry> there = pool.at(place);
          if (cancelled(place, message)) {
            int _ = others.tell(GossipItem.newBuilder().setCancellation(message).build());
          }
          return there;
        });
  }

  private boolean cancelled(PoolEntry.Place place, PendingCancellation message) {
    BigInteger funds = chainSays(() -> chain.fundsWei(place.sender()));
    var _ = pool.apply(new PoolEvent.Cancelled(place, message.getUntilMillis(), funds), Map.of());
    return funds.signum() > 0 && pool.keep(place, message);
  }

  /** What another node shows; what does not get in is left alone. */
  void take(List<GossipItem> items) {
    Map<SessionId, PendingEntry> bodies = new HashMap<>();
    Map<Address, BigInteger> funds = new HashMap<>();
    List<PoolEntry> entries = new ArrayList<>();
    for (GossipItem item : items) {
      try {
        switch (item.getItemCase()) {
          case ENTRY -> {
            Announcement one = checked(item.getEntry());
            PoolEntry entry = one.poolEntry();
            if (pool.entry(entry.id()).isEmpty()) {
              funds.put(entry.sender(), fundsFor(one));
              bodies.put(entry.id(), item.getEntry());
              entries.add(entry);
            }
          }
          case CANCELLATION -> {
            PendingCancel cancel = signedCancel(item.getCancellation());
            PoolEntry.Place place = new PoolEntry.Place(cancel.client(), cancel.nonce());
            boolean _ = cancelled(place, item.getCancellation());
          }
          case DEPARTURE -> departures.accept(item.getDeparture());
          case ITEM_NOT_SET -> throw MempoolReason.MALFORMED.because("item: none");
        }
      } catch (StatusRuntimeException e) {
        LOG.debug("another node's item is left alone: {}", e.getMessage());
      }
    }
    if (!entries.isEmpty()) {
      var _ = pool.apply(new PoolEvent.Merged(entries, funds), bodies);
    }
  }

  /** As above, of one caller among many. */
  void gossiped(GossipItem item) {
    boolean _ =
        checking(
            () -> {
              take(List.of(item));
              return true;
            });
  }

  private <T> T checking(Supplier<T> work) {
    if (!checks.tryAcquire()) {
      throw MempoolReason.BUSY.because(settings.checks() + " requests are being checked");
    }
    try {
      return work.get();
    } finally {
      checks.release();
    }
  }

  private Announcement checked(PendingEntry message) {
    Announcement one;
    try {
      one = MempoolCodec.announcement(message, settings.domain());
    } catch (IllegalArgumentException e) {
      throw MempoolReason.MALFORMED.because(String.valueOf(e.getMessage()));
    }
    Optional<Announcement.Problem> problem = one.check(settings.domain());
    if (problem.isPresent()) {
      MempoolReason reason =
          switch (problem.get().flaw()) {
            case MALFORMED -> MempoolReason.MALFORMED;
            case BAD_SIGNATURE -> MempoolReason.BAD_SIGNATURE;
          };
      throw reason.because(problem.get().text());
    }
    return one;
  }

  private PendingCancel signedCancel(PendingCancellation message) {
    try {
      PendingCancel cancel = MempoolCodec.cancel(message);
      Signature signature = MempoolCodec.field("signature", message.getSignature(), Signature::of);
      if (Signers.signedBy(cancel.client(), settings.domain().digest(cancel), signature)) {
        return cancel;
      }
      throw MempoolReason.BAD_SIGNATURE.because("not signed by the client, " + cancel.client());
    } catch (IllegalArgumentException e) {
      throw MempoolReason.MALFORMED.because(String.valueOf(e.getMessage()));
    }
  }

  /** What its client has, once the chain has nothing against it. */
  private BigInteger fundsFor(Announcement one) {
    PoolEntry entry = one.poolEntry();
    if (!chainSays(() -> chain.isReady(entry.subnetId(), one.entry()))) {
      throw MempoolReason.BAD_GATEWAY.because(
          "%s is not a gateway of subnet %s now".formatted(one.entry(), entry.subnetId()));
    }
    if (chainSays(() -> chain.isOpened(entry.id()))) {
      var _ = pool.apply(new PoolEvent.Opened(entry), Map.of());
      throw MempoolReason.GONE.because("session " + entry.id() + " was opened");
    }
    return chainSays(() -> chain.fundsWei(entry.sender()));
  }

  private static <T> T chainSays(Supplier<T> question) {
    try {
      return question.get();
    } catch (StatusRuntimeException e) {
      throw e;
    } catch (RuntimeException e) {
      throw MempoolReason.CHAIN_UNAVAILABLE.because(String.valueOf(e.getMessage()));
    }
  }

  private void tick() {
    var _ = pool.apply(new PoolEvent.TimePassed(), Map.of());
    for (SessionId opened : chain.newlyOpened()) {
      pool.entry(opened).ifPresent(entry -> pool.apply(new PoolEvent.Opened(entry), Map.of()));
    }
    if (accounts.isEmpty()) {
      accounts.addAll(pool.senders());
    }
    for (int i = 0; i < ACCOUNTS_A_TICK && !accounts.isEmpty(); i++) {
      Address account = accounts.remove();
      var _ = pool.apply(new PoolEvent.FundsSeen(account, chain.fundsWei(account)), Map.of());
    }
  }

  private void pull() {
    List<GossipItem> items = others.ask(pool.known());
    if (!items.isEmpty()) {
      take(items);
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
    others.close();
  }
}

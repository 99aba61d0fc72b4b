package io.myelin.gateway.mempool;

import io.myelin.gateway.session.SessionRefusedException;
import io.myelin.gateway.session.SessionRefusedException.Reason;
import io.myelin.gateway.session.SessionView;
import io.myelin.gateway.session.Sessions;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.mempool.Announcement;
import io.myelin.protocol.mempool.TakeUp;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.protocol.typeddata.EntryPledge;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A gateway's part in the mempool: takes requests in, opens them, and takes up in its turn what
 * another gateway took in and did not open.
 */
public final class TakingUp {
  private static final Logger LOG = LoggerFactory.getLogger(TakingUp.class);

  /** Openings at a time that nobody waits for on the line. */
  private static final int OPENINGS = 16;

  /** Requests that are remembered until they are gone from the pool. */
  private static final int MOST_SEEN = 8_192;

  private final OperatorKey key;
  private final Eip712Domain domain;
  private final Sessions sessions;
  private final WaitingPool pool;
  private final FirstTask tasks;
  private final InstantSource clock;
  private final long stepMillis;
  private final Semaphore openings = new Semaphore(OPENINGS);
  private final Map<SessionId, Seen> seen = new LinkedHashMap<>();

  private record Seen(long atMillis, int tries, long nextMillis) {}

  /**
   * Of one gateway.
   *
   * @param stepMillis how long each gateway before this one in the order is waited for
   */
  public TakingUp(
      OperatorKey key,
      Eip712Domain domain,
      Sessions sessions,
      WaitingPool pool,
      FirstTask tasks,
      InstantSource clock,
      long stepMillis) {
    this.key = key;
    this.domain = domain;
    this.sessions = sessions;
    this.pool = pool;
    this.tasks = tasks;
    this.clock = clock;
    this.stepMillis = stepMillis;
  }

  /**
   * What became of a request that was brought here.
   *
   * @param registries that have it, or are being told
   */
  public record TakenIn(SessionId id, int registries) {}

  /**
   * Takes a request in: at least one registry node has it when this returns, and this gateway
   * begins to open it. Blocks for seconds.
   *
   * @throws SessionRefusedException when it is not right
   * @throws WaitingPool.RefusedException when no registry node takes it; nothing was opened
   */
  public TakenIn takeIn(WaitingRequest waiting)
      throws SessionRefusedException, WaitingPool.RefusedException {
    Digest secret = sessions.takeIn(waiting.signed());
    EntryPledge pledge =
        new EntryPledge(
            waiting.pending().sessionId(), secret, waiting.pending().validUntilMillis());
    Announcement announced =
        new Announcement(
            waiting.signed().request(),
            waiting.signed().signature(),
            waiting.signed().clientRandom(),
            waiting.signed().validatorSet(),
            waiting.pending(),
            waiting.pendingSignature(),
            key.address(),
            pledge,
            key.sign(domain.digest(pledge)),
            waiting.task());
    Optional<Announcement.Problem> problem = announced.check(domain);
    if (problem.isPresent()) {
      throw new SessionRefusedException(
          problem.get().flaw() == Announcement.Flaw.BAD_SIGNATURE
              ? Reason.BAD_SIGNATURE
              : Reason.BAD_TERMS,
          "pending: " + problem.get().text() + ".");
    }
    int registries = pool.submit(announced);
    open(announced);
    return new TakenIn(announced.pending().sessionId(), registries);
  }

  /** Looks at what waits, and opens what is due here: for a timer, every second or so. Blocks. */
  public void tick() {
    Set<SessionId> waiting = new HashSet<>();
    for (Digest subnet : sessions.standing().subnetIds()) {
      try {
        for (Announcement one : pool.waiting(subnet)) {
          waiting.add(one.pending().sessionId());
          if (due(one)) {
            open(one);
          }
        }
      } catch (WaitingPool.RefusedException e) {
        LOG.debug("the mempool is not read: {}", e.getMessage());
        return;
      }
    }
    synchronized (seen) {
      seen.keySet().retainAll(waiting);
    }
  }

  private boolean due(Announcement one) {
    SessionId id = one.pending().sessionId();
    long now = clock.millis();
    synchronized (seen) {
      if (seen.size() == MOST_SEEN && !seen.containsKey(id)) {
        return false;
      }
      Seen was = seen.computeIfAbsent(id, _ -> new Seen(now, 0, 0));
      TakeUp order =
          new TakeUp(id, one.entry(), pool.gateways(one.pending().subnetId()), stepMillis);
      OptionalLong turn = order.turnMillis(key.address(), was.atMillis());
      // It may not know itself to be one of them.
      long from = turn.orElse(was.atMillis() + order.order().size() * stepMillis);
      return now >= from && now >= was.nextMillis();
    }
  }

  private void open(Announcement one) {
    SessionId id = one.pending().sessionId();
    if (sessions.byId(id.hex()).isPresent() || !openings.tryAcquire()) {
      return;
    }
    synchronized (seen) {
      Seen was = seen.getOrDefault(id, new Seen(clock.millis(), 0, 0));
      int tries = was.tries() + 1;
      seen.put(id, new Seen(was.atMillis(), tries, clock.millis() + tries * stepMillis));
    }
    var _ =
        sessions
            .openWaiting(one)
            .whenComplete(
                (session, failure) -> {
                  openings.release();
                  opened(one, session, failure);
                });
  }

  private void opened(
      Announcement one, @Nullable SessionView session, @Nullable Throwable failure) {
    if (failure != null || session == null) {
      Throwable why = failure instanceof CompletionException ? failure.getCause() : failure;
      LOG.info(
          "waiting session {} is not opened here: {}",
          one.pending().sessionId(),
          String.valueOf(why));
      return;
    }
    LOG.info("waiting session {} is open", session.id());
    if (!one.task().isEmpty()) {
      tasks.submit(
          session.id(),
          Announcement.taskId(one.pending().sessionId(), one.pending().taskDigest()),
          one.task());
    }
  }
}

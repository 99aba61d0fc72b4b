package io.myelin.gateway.session;

import com.google.protobuf.ByteString;
import io.myelin.gateway.session.SessionFunds.InsufficientFundsException;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.session.SessionDeadlineKind;
import io.myelin.protocol.session.SessionEffect;
import io.myelin.protocol.session.SessionEvent;
import io.myelin.protocol.session.SessionMachine;
import io.myelin.protocol.session.SessionMachine.Stamped;
import io.myelin.protocol.session.SessionPhase;
import io.myelin.protocol.session.SessionTerms;
import io.myelin.protocol.session.SessionTransition;
import io.myelin.protocol.session.SessionTransition.RejectReason;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Feeds events to the session machine and carries out what it asks for, until nothing is left to
 * do. Called with the service's lock held, by one thread at a time.
 */
final class SessionDriver {
  private static final Logger log = LoggerFactory.getLogger(SessionDriver.class);

  private final Map<String, LiveSession> sessions;
  private final NodePool pool;
  private final SessionFunds funds;
  private final SessionLog journal;
  private final Consumer<LiveSession> forget;
  private final ArrayDeque<Pending> pending = new ArrayDeque<>();
  private final PriorityQueue<Due> deadlines =
      new PriorityQueue<>(Comparator.comparingLong(Due::atMillis));
  private final List<Cancellation> cancellations = new ArrayList<>();
  private boolean driving;

  private record Pending(LiveSession session, SessionEvent event) {}

  private record Due(long atMillis, LiveSession session, SessionDeadlineKind kind, long armedId) {}

  /** A task whose session is over. */
  record Cancellation(String sessionId, String taskId) {}

  SessionDriver(
      Map<String, LiveSession> sessions,
      NodePool pool,
      SessionFunds funds,
      SessionLog journal,
      Consumer<LiveSession> forget) {
    this.sessions = sessions;
    this.pool = pool;
    this.funds = funds;
    this.journal = journal;
    this.forget = forget;
  }

  /** A new session, driven as far as it goes by itself. */
  void request(LiveSession session, SessionTerms terms, long nowMillis) {
    SessionTransition.Moved moved = SessionMachine.request(terms, nowMillis);
    session.state = moved.state();
    carryOut(session, moved.effects());
    drain(nowMillis);
  }

  /** One event and all that follows from it; what became of the event itself. */
  SessionTransition drive(LiveSession session, SessionEvent event, long nowMillis) {
    SessionTransition transition = apply(session, event, nowMillis);
    drain(nowMillis);
    return transition;
  }

  /** Whatever is due. */
  void advance(long nowMillis) {
    Due next = deadlines.peek();
    while (next != null && next.atMillis() <= nowMillis) {
      deadlines.poll();
      SessionTransition _ =
          drive(
              next.session(),
              new SessionEvent.DeadlinePassed(next.kind(), next.armedId()),
              nowMillis);
      next = deadlines.peek();
    }
  }

  /** Tasks to cancel, once the lock is given back. */
  List<Cancellation> takeCancellations() {
    List<Cancellation> taken = List.copyOf(cancellations);
    cancellations.clear();
    return taken;
  }

  /** Sessions that were promised a node learn that it is gone. */
  void tell(List<NodePool.Lost> lost, long nowMillis) {
    for (NodePool.Lost loss : lost) {
      LiveSession session = sessions.get(loss.session().hex());
      if (session != null) {
        SessionTransition _ =
            drive(session, new SessionEvent.NodeLost(loss.node(), loss.reason()), nowMillis);
      }
    }
  }

  /** Active sessions with too few nodes look again, now that there may be one. */
  void searchAgain(long nowMillis) {
    for (LiveSession session : List.copyOf(sessions.values())) {
      int seats = session.state.seats().size();
      if (session.state.phase() instanceof SessionPhase.Active
          && seats < session.state.terms().nodes()) {
        select(session, session.state.terms().nodes() - seats, session.state.seats().keySet());
        drain(nowMillis);
      }
    }
  }

  /** Stores the session and what happened to it so far; on disk when the future completes. */
  CompletableFuture<Void> store(LiveSession session, ByteString terms, long nowMillis) {
    CompletableFuture<Void> created =
        write(
            () ->
                journal
                    .create(session.id(), session.keyHash, terms, nowMillis)
                    .toCompletableFuture());
    session.stored = true;
    List<CompletableFuture<Void>> all = new ArrayList<>(List.of(created));
    for (Stamped event : session.unstored) {
      all.add(append(session, event));
    }
    session.unstored.clear();
    return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new));
  }

  private void drain(long nowMillis) {
    if (driving) {
      return;
    }
    driving = true;
    try {
      Pending next = pending.poll();
      while (next != null) {
        SessionTransition _ = apply(next.session(), next.event(), nowMillis);
        next = pending.poll();
      }
    } finally {
      driving = false;
    }
  }

  private SessionTransition apply(LiveSession session, SessionEvent event, long nowMillis) {
    SessionTransition transition = SessionMachine.apply(session.state, event, nowMillis);
    switch (transition) {
      case SessionTransition.Rejected rejected -> {
        if (rejected.reason() != RejectReason.STALE_DEADLINE && !isOfTask(event)) {
          log.debug("session {}: {}", session.id(), rejected.message());
        }
      }
      case SessionTransition.Moved moved -> {
        session.state = moved.state();
        session.note(event);
        if (!isOfTask(event)) {
          keep(session, new Stamped(nowMillis, event));
        }
        carryOut(session, moved.effects());
      }
    }
    return transition;
  }

  /** The journal adds tasks up by itself, in the transaction that stores their receipts. */
  private static boolean isOfTask(SessionEvent event) {
    return event instanceof SessionEvent.TaskHeld
        || event instanceof SessionEvent.TaskCounted
        || event instanceof SessionEvent.TaskDropped;
  }

  private void keep(LiveSession session, Stamped event) {
    if (session.stored) {
      session.lastWrite = append(session, event);
    } else {
      session.unstored.add(event);
    }
  }

  private CompletableFuture<Void> append(LiveSession session, Stamped event) {
    CompletableFuture<Void> written =
        write(
            () -> journal.append(session.id(), SessionArchive.encode(event)).toCompletableFuture());
    CompletableFuture<Void> _ =
        written.exceptionally(
            e -> {
              log.error(
                  "session {}: an event is not in the journal: {}", session.id(), e.toString());
              return null;
            });
    return written;
  }

  @SuppressWarnings("NullAway") // a stage of a @Nullable Void is a stage of Void
  private static CompletableFuture<Void> write(
      Supplier<CompletableFuture<@Nullable Void>> writing) {
    try {
      return writing.get().thenApply(_ -> null);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private void raise(LiveSession session, SessionEvent event) {
    pending.add(new Pending(session, event));
  }

  private void carryOut(LiveSession session, List<SessionEffect> effects) {
    for (SessionEffect effect : effects) {
      switch (effect) {
        case SessionEffect.SelectNodes select ->
            select(session, select.count(), new HashSet<>(select.excluded()));
        // No committee exists yet: what the gateway checked itself is the approval.
        case SessionEffect.AskApproval _ -> raise(session, new SessionEvent.ApprovalGiven());
        case SessionEffect.EscrowBudget escrow -> escrow(session, escrow.amountWei());
        case SessionEffect.CancelEscrow _ -> raise(session, new SessionEvent.NotFunded("given up"));
        case SessionEffect.ReserveNode reserve -> reserve(session, reserve.node());
        case SessionEffect.ReleaseNode release -> {
          pool.release(release.node(), session.state.terms().sessionId());
          raise(session, new SessionEvent.NodeReleased(release.node()));
        }
        case SessionEffect.Open _ -> log.info("session {} is active", session.id());
        case SessionEffect.CancelTask cancel -> cancelLater(session, cancel.taskId());
        case SessionEffect.Settle settle -> {
          funds.settle(session.id(), settle.spentWei());
          raise(session, new SessionEvent.Settled());
        }
        case SessionEffect.Refund _ -> {
          funds.settle(session.id(), BigInteger.ZERO);
          raise(session, new SessionEvent.Refunded());
        }
        case SessionEffect.TellClient tell ->
            log.info("session {} ended: {}", session.id(), tell.outcome().label());
        case SessionEffect.ArmDeadline arm ->
            deadlines.add(new Due(arm.atMillis(), session, arm.kind(), arm.armedId()));
        case SessionEffect.DisarmDeadline disarm ->
            deadlines.removeIf(
                due -> due.session() == session && due.armedId() == disarm.armedId());
        case SessionEffect.Forget _ -> forget.accept(session);
      }
    }
  }

  private void select(LiveSession session, int count, Set<Address> excluded) {
    int has = session.state.terms().nodes() - session.state.missing();
    int needed = session.state.terms().redundancy() - has;
    List<Address> drawn =
        pool.draw(
            session.seed,
            session.nextPurpose(),
            session.state.terms().model(),
            Math.max(0, needed),
            count,
            excluded);
    boolean starting = session.state.phase() instanceof SessionPhase.Requested;
    int least = starting ? session.state.terms().redundancy() : 1;
    raise(
        session,
        drawn.size() >= least
            ? new SessionEvent.NodesSelected(drawn)
            : new SessionEvent.NoNodes(
                drawn.size()
                    + " nodes with a free slot serve "
                    + session.state.terms().model()
                    + " (needed: "
                    + least
                    + "); open sessions hold slots until they end: close one, or add nodes"));
  }

  private void escrow(LiveSession session, BigInteger amountWei) {
    try {
      funds.escrow(session.id(), session.state.terms().client().toString(), amountWei);
      raise(session, new SessionEvent.Funded(amountWei));
    } catch (InsufficientFundsException e) {
      raise(session, new SessionEvent.NotFunded(String.valueOf(e.getMessage())));
    }
  }

  private void reserve(LiveSession session, Address node) {
    raise(
        session,
        pool.reserve(node, session.state.terms().sessionId())
            ? new SessionEvent.NodeReserved(node)
            : new SessionEvent.NodeNotReserved(node, "no free slot"));
  }

  private void cancelLater(LiveSession session, TaskId task) {
    cancellations.add(new Cancellation(session.id(), task.hex()));
  }
}

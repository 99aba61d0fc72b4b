package io.myelin.gateway.session;

import com.google.protobuf.ByteString;
import io.myelin.committee.proposal.ExtensionProposal;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.selection.NodeSelection;
import io.myelin.protocol.session.SessionDeadlineKind;
import io.myelin.protocol.session.SessionEffect;
import io.myelin.protocol.session.SessionEvent;
import io.myelin.protocol.session.SessionMachine;
import io.myelin.protocol.session.SessionMachine.Stamped;
import io.myelin.protocol.session.SessionPhase;
import io.myelin.protocol.session.SessionTerms;
import io.myelin.protocol.session.SessionTransition;
import io.myelin.protocol.session.SessionTransition.RejectReason;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
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
  private final SessionChain chain;
  private final Offers offers;
  private final ChainCalls calls;
  private final SessionLog journal;
  private final TaskEnder tasks;
  private final Consumer<LiveSession> forget;
  private final ArrayDeque<Pending> pending = new ArrayDeque<>();
  private final PriorityQueue<Due> deadlines =
      new PriorityQueue<>(Comparator.comparingLong(Due::atMillis));
  private final List<Runnable> afterwards = new ArrayList<>();
  private boolean driving;

  private record Pending(LiveSession session, SessionEvent event) {}

  private record Due(long atMillis, LiveSession session, SessionDeadlineKind kind, long armedId) {}

  SessionDriver(
      Map<String, LiveSession> sessions,
      NodePool pool,
      SessionChain chain,
      Offers offers,
      ChainCalls calls,
      SessionLog journal,
      TaskEnder tasks,
      Consumer<LiveSession> forget) {
    this.sessions = sessions;
    this.pool = pool;
    this.chain = chain;
    this.offers = offers;
    this.calls = calls;
    this.journal = journal;
    this.tasks = tasks;
    this.forget = forget;
  }

  /** Ends a task whose session is over; called without the lock. */
  interface TaskEnder {
    void end(String sessionId, String taskId);
  }

  /** A new session, driven as far as it goes by itself. */
  void request(LiveSession session, SessionTerms terms, long nowMillis) {
    SessionTransition.Moved moved = SessionMachine.request(terms, nowMillis);
    session.state = moved.state();
    boolean outermost = enter();
    try {
      carryOut(session, moved.effects(), nowMillis);
      drain(outermost, nowMillis);
    } finally {
      leave(outermost);
    }
  }

  /** One event and all that follows from it; what became of the event itself. */
  SessionTransition drive(LiveSession session, SessionEvent event, long nowMillis) {
    boolean outermost = enter();
    try {
      SessionTransition transition = apply(session, event, nowMillis);
      drain(outermost, nowMillis);
      return transition;
    } finally {
      leave(outermost);
    }
  }

  /** Answers of the chain, in order; applied at once or after what is being applied. */
  void answer(LiveSession session, List<SessionEvent> events, long nowMillis) {
    boolean outermost = enter();
    try {
      events.forEach(event -> raise(session, event));
      drain(outermost, nowMillis);
    } finally {
      leave(outermost);
    }
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

  /** What is to be done once the lock is given back. */
  List<Runnable> takeAfterwards() {
    List<Runnable> taken = List.copyOf(afterwards);
    afterwards.clear();
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
    boolean outermost = enter();
    try {
      for (LiveSession session : List.copyOf(sessions.values())) {
        if (session.state.phase() instanceof SessionPhase.Active && session.state.missing() > 0) {
          select(session, session.state.missing(), session.state.seats().keySet());
          drain(outermost, nowMillis);
        }
      }
    } finally {
      leave(outermost);
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

  /** Events raised meanwhile wait until the one being applied is through. */
  private boolean enter() {
    boolean outermost = !driving;
    driving = true;
    return outermost;
  }

  private void leave(boolean outermost) {
    if (outermost) {
      driving = false;
    }
  }

  private void drain(boolean outermost, long nowMillis) {
    if (!outermost) {
      return;
    }
    Pending next = pending.poll();
    while (next != null) {
      SessionTransition _ = apply(next.session(), next.event(), nowMillis);
      next = pending.poll();
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
        carryOut(session, moved.effects(), nowMillis);
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

  private void carryOut(LiveSession session, List<SessionEffect> effects, long nowMillis) {
    List<Address> toAdd = new ArrayList<>();
    for (SessionEffect effect : effects) {
      switch (effect) {
        case SessionEffect.SelectNodes select ->
            select(session, select.count(), new HashSet<>(select.excluded()));
        case SessionEffect.AskApproval ask -> approve(session, ask.nodes());
        case SessionEffect.EscrowBudget escrow ->
            calls.open(session, escrow.amountWei(), keepBefore(session, nowMillis));
        // The opening under way ends as escrow or as refusal; both are told.
        case SessionEffect.CancelEscrow _ -> cancelEscrow(session);
        case SessionEffect.ReserveNode reserve -> {
          // Those of an opening are reserved by the transaction that takes the budget.
          if (session.state.phase() instanceof SessionPhase.Active) {
            toAdd.add(reserve.node());
          }
        }
        case SessionEffect.ReleaseNode release -> {
          pool.release(release.node(), session.sessionId());
          raise(session, new SessionEvent.NodeReleased(release.node()));
        }
        case SessionEffect.Open _ -> {
          log.info("session {} is active", session.id());
          afterwards.add(() -> session.settled.complete(null));
        }
        case SessionEffect.CancelTask cancel ->
            afterwards.add(() -> tasks.end(session.id(), cancel.taskId().hex()));
        case SessionEffect.Settle _ -> calls.settle(session);
        case SessionEffect.Refund _ -> calls.giveUp(session);
        case SessionEffect.TellClient tell -> {
          log.info("session {} ended: {}", session.id(), tell.outcome().label());
          pool.releaseAll(session.sessionId());
          afterwards.add(() -> session.settled.complete(null));
        }
        case SessionEffect.ArmDeadline arm ->
            deadlines.add(new Due(arm.atMillis(), session, arm.kind(), arm.armedId()));
        case SessionEffect.DisarmDeadline disarm ->
            deadlines.removeIf(
                due -> due.session() == session && due.armedId() == disarm.armedId());
        case SessionEffect.Forget _ -> forget.accept(session);
      }
    }
    if (!toAdd.isEmpty()) {
      addNodes(session, toAdd);
    }
  }

  /** A session is stored, with the key it was promised, before any money moves. */
  private CompletableFuture<Void> keepBefore(LiveSession session, long nowMillis) {
    if (session.stored) {
      return session.lastWrite;
    }
    return store(
        session,
        SessionArchive.encode(new SessionArchive.Opening(session.state.terms(), session.opened)),
        nowMillis);
  }

  private void cancelEscrow(LiveSession session) {
    if (session.opening == null) {
      calls.open(session, session.state.terms().budgetWei(), session.lastWrite);
    }
  }

  // Nodes.

  private void select(LiveSession session, int count, Set<Address> excluded) {
    boolean starting = session.state.phase() instanceof SessionPhase.Requested;
    List<Address> back = starting ? List.of() : returned(session, excluded);
    if (!back.isEmpty()) {
      List<Address> again = back.subList(0, Math.min(count, back.size()));
      again.forEach(node -> pool.reserve(node, session.sessionId()));
      raise(session, new SessionEvent.NodesSelected(again));
      return;
    }
    int redundancy = session.state.terms().redundancy();
    int has = session.state.seated();
    int most = starting ? count : Math.min(count, lost(session));
    if (!starting && (most < 1 || has > redundancy)) {
      // Its own deadline has it look again.
      return;
    }
    Set<Address> owners = new HashSet<>();
    OnChain terms = session.onChain;
    if (terms != null) {
      for (Address seated : terms.nodes()) {
        chain.pool().node(seated).ifPresent(entry -> owners.add(entry.owner()));
      }
    }
    ChainPool seen = chain.pool();
    Optional<ToLongFunction<Address>> weights = seen.weights(session.opened.validatorSet());
    if (weights.isEmpty()) {
      // Read with the next look at the chain, after which sessions search again.
      chain.wantWeights(session.opened.validatorSet());
      if (starting) {
        raise(session, new SessionEvent.NoNodes("the nodes' records are being read; try again"));
      }
      return;
    }
    NodePool.Draw draw =
        pool.draw(
            seen,
            weights.get(),
            session.seed,
            purpose(session),
            offers.able(session.opened.subnetId(), session.state.terms().model()),
            Math.max(0, redundancy - has),
            most,
            excluded,
            owners);
    int least = starting ? redundancy : 1;
    if (draw.nodes().size() >= least) {
      draw.nodes().forEach(node -> pool.reserve(node, session.sessionId()));
      session.lastDraw = draw;
      raise(session, new SessionEvent.NodesSelected(draw.nodes()));
    } else if (starting) {
      raise(
          session,
          new SessionEvent.NoNodes(
              draw.nodes().size()
                  + " nodes with a free slot serve "
                  + session.state.terms().model()
                  + " (needed: "
                  + least
                  + "); open sessions hold slots until they end: close one, or add nodes"));
    }
  }

  /** Committees let a session have as many nodes as it was opened with, and no more. */
  private static int lost(LiveSession session) {
    OnChain terms = session.onChain;
    return terms == null
        ? 0
        : (int)
            terms.nodes().stream().filter(node -> !session.state.seats().containsKey(node)).count();
  }

  /** The number of a draw follows from the chain, so that nobody can try until they like one. */
  private static String purpose(LiveSession session) {
    OnChain terms = session.onChain;
    return terms == null
        ? NodeSelection.SESSION_NODES
        : ExtensionProposal.purpose(terms.extensions() + 1);
  }

  /** Nodes that were lost and are back: their seats on chain are still theirs. */
  private List<Address> returned(LiveSession session, Set<Address> excluded) {
    OnChain terms = session.onChain;
    return terms == null
        ? List.of()
        : terms.nodes().stream()
            .filter(node -> !excluded.contains(node) && pool.hasRoom(node))
            .toList();
  }

  private void approve(LiveSession session, List<Address> nodes) {
    NodePool.Draw draw = session.lastDraw;
    SessionOpening opening =
        session.opened.opening(nodes, draw == null ? List.of() : draw.candidates());
    session.opening = opening;
    calls.approve(session, opening);
  }

  private void addNodes(LiveSession session, List<Address> nodes) {
    OnChain terms = session.onChain;
    List<Address> seated = terms == null ? List.of() : terms.nodes();
    List<Address> known = nodes.stream().filter(seated::contains).toList();
    known.forEach(node -> raise(session, new SessionEvent.NodeReserved(node)));
    NodePool.Draw draw = session.lastDraw;
    List<Address> fresh =
        draw == null
            ? List.of()
            : draw.nodes().stream()
                .filter(node -> nodes.contains(node) && !seated.contains(node))
                .toList();
    if (draw != null && terms != null && !fresh.isEmpty()) {
      List<Address> lost =
          seated.stream().filter(node -> !session.state.seats().containsKey(node)).toList();
      calls.extend(
          session,
          new SessionChain.Extension(fresh, lost, draw.candidates(), terms.extensions() + 1));
    }
  }
}

package io.myelin.gateway.session;

import io.myelin.gateway.session.SessionChain.Refusal;
import io.myelin.gateway.session.SessionRefusedException.Reason;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.session.SessionEvent;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the chain what a session's machine wants of it, and turns each answer into events. Called
 * with the service's lock held; answers arrive on any thread, through {@code post}.
 */
final class ChainCalls {
  private static final Logger log = LoggerFactory.getLogger(ChainCalls.class);

  /**
   * After its session's end no opening succeeds; this much later no clock of a chain is behind it.
   */
  private static final long FORGOTTEN_MILLIS = 3_600_000;

  private final SessionChain chain;
  private final LongSupplier nowMillis;
  private final BiConsumer<LiveSession, List<SessionEvent>> post;

  /**
   * Over a chain.
   *
   * @param nowMillis the gateway's clock
   * @param post takes the service's lock and applies the events
   */
  ChainCalls(
      SessionChain chain,
      LongSupplier nowMillis,
      BiConsumer<LiveSession, List<SessionEvent>> post) {
    this.chain = chain;
    this.nowMillis = nowMillis;
    this.post = post;
  }

  void approve(LiveSession session, SessionOpening opening) {
    answer(
        session,
        chain.approve(session.sessionId(), opening),
        _ -> List.of(new SessionEvent.ApprovalGiven()),
        (reason, why) -> {
          session.refuse(reason, why);
          return List.of(new SessionEvent.ApprovalDenied(why));
        });
  }

  /** Once the session is in the journal: a transaction must not outlive the memory of it. */
  void open(LiveSession session, BigInteger amountWei, CompletableFuture<Void> stored) {
    SessionOpening opening = session.opening;
    CompletableFuture<OnChain> opened;
    if (opening != null) {
      opened =
          stored
              .exceptionallyCompose(
                  _ ->
                      CompletableFuture.failedFuture(
                          new Refusal(
                              Reason.NOT_STORED,
                              "the session could not be stored and was given up; try again")))
              .thenCompose(_ -> chain.open(session.sessionId(), opening));
    } else {
      Optional<CompletableFuture<OnChain>> earlier = chain.opened(session.sessionId());
      opened =
          earlier.orElseGet(
              () ->
                  CompletableFuture.failedFuture(
                      new Refusal(
                          Reason.NOT_STORED, "the gateway restarted before it was opened")));
    }
    answer(
        session,
        opened,
        terms -> {
          session.onChain = terms;
          List<SessionEvent> events = new ArrayList<>();
          for (Address node : terms.nodes()) {
            events.add(new SessionEvent.NodeReserved(node));
          }
          // Last, so that a seat that was lost meanwhile is settled before the session opens.
          events.add(new SessionEvent.Funded(amountWei));
          return events;
        },
        (reason, why) -> {
          session.refuse(reason, why);
          return List.of(new SessionEvent.NotFunded(why));
        });
  }

  void extend(LiveSession session, SessionChain.Extension extension) {
    OnChain terms = session.onChain;
    if (terms == null) {
      post.accept(session, notReserved(extension.nodes(), "the session has no terms yet"));
      return;
    }
    answer(
        session,
        chain.extend(terms, extension),
        next -> {
          session.onChain = next;
          return extension.nodes().stream()
              .map(node -> (SessionEvent) new SessionEvent.NodeReserved(node))
              .toList();
        },
        (_, why) -> notReserved(extension.nodes(), why));
  }

  private static List<SessionEvent> notReserved(List<Address> nodes, String why) {
    return nodes.stream()
        .map(node -> (SessionEvent) new SessionEvent.NodeNotReserved(node, why))
        .toList();
  }

  void settle(LiveSession session) {
    money(
        session,
        "settlement",
        chain::settle,
        ending ->
            switch (ending) {
              case SETTLED -> new SessionEvent.Settled();
              case EXPIRED -> new SessionEvent.BudgetReturned(true);
              case FAILED -> new SessionEvent.BudgetReturned(false);
            },
        new SessionEvent.BudgetReturned(false));
  }

  void giveUp(LiveSession session) {
    SessionEvent refunded = new SessionEvent.Refunded();
    money(session, "refund", chain::giveUp, _ -> refunded, refunded);
  }

  /**
   * The machine asks again until it is done; one that is under way goes on.
   *
   * @param never when the chain lost the opening and cannot take it any more: no money is there
   */
  private <T> void money(
      LiveSession session,
      String what,
      Function<OnChain, CompletableFuture<T>> movement,
      Function<T, SessionEvent> done,
      SessionEvent never) {
    if (session.onChain == null) {
      session.onChain = findAgain(session);
    }
    OnChain terms = session.onChain;
    if (terms == null) {
      if (nowMillis.getAsLong() - session.state.terms().expiresAtMillis() > FORGOTTEN_MILLIS) {
        log.error("session {}: the chain lost its opening; nobody paid, nobody is", session.id());
        post.accept(session, List.of(never));
      } else {
        log.warn("session {}: {} waits, the chain does not know it now", session.id(), what);
      }
      return;
    }
    if (session.moneyMoves) {
      return;
    }
    session.moneyMoves = true;
    CompletableFuture<T> moved = movement.apply(terms);
    var _ =
        moved.whenComplete(
            (answer, failure) -> {
              session.moneyMoves = false;
              if (failure == null) {
                post.accept(session, List.of(done.apply(answer)));
              } else {
                log.warn(
                    "session {}: {} will be asked for again: {}",
                    session.id(),
                    what,
                    message(cause(failure)));
              }
            });
  }

  /** A chain that had lost its newest blocks when the gateway started may have them again. */
  private @Nullable OnChain findAgain(LiveSession session) {
    try {
      return chain.find(session.sessionId()).orElse(null);
    } catch (RuntimeException e) {
      log.warn("session {}: the chain does not answer", session.id(), e);
      return null;
    }
  }

  /** What a failure says, and what kind of refusal it is. */
  private interface Failed {
    List<SessionEvent> events(Reason reason, String why);
  }

  private <T> void answer(
      LiveSession session,
      CompletableFuture<T> asked,
      Function<T, List<SessionEvent>> done,
      Failed failed) {
    var _ =
        asked.whenComplete(
            (answer, failure) -> {
              if (failure == null) {
                post.accept(session, done.apply(answer));
                return;
              }
              Throwable cause = cause(failure);
              if (!(cause instanceof Refusal)) {
                log.warn("session {}: the chain does not answer", session.id(), cause);
              }
              Reason reason =
                  cause instanceof Refusal refusal ? refusal.reason() : Reason.CHAIN_UNAVAILABLE;
              post.accept(session, failed.events(reason, message(cause)));
            });
  }

  private static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }

  private static String message(Throwable failure) {
    @Nullable String text = failure.getMessage();
    return text == null ? failure.toString() : text;
  }
}

package io.myelin.contracts.terms;

import io.myelin.chain.EventLog;
import io.myelin.contracts.InferencePayment;
import io.myelin.contracts.Session;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.settlement.Outcome;
import io.myelin.protocol.settlement.SessionBrief;
import io.myelin.protocol.settlement.SessionTail;
import io.myelin.protocol.settlement.Settlement;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;

/** What changes a session's terms or its settlement on chain: all that later calls need. */
public sealed interface TermsEvent {
  /** Whose terms. */
  SessionId sessionId();

  /** A session is active. */
  record Opened(SessionBrief brief, SessionTail tail) implements TermsEvent {
    @Override
    public SessionId sessionId() {
      return brief.sessionId();
    }
  }

  /** A session has more seats; these are its terms from now on. */
  record Extended(SessionBrief brief) implements TermsEvent {
    @Override
    public SessionId sessionId() {
      return brief.sessionId();
    }
  }

  /**
   * A session's money has a destination. The rest of the settlement follows from the split, or from
   * {@link Settlement#nothing}.
   *
   * @param earnedWei per seat, before the split
   * @param challengeUntilSeconds Unix time at which the challenge window ends
   */
  record Settled(
      SessionId sessionId,
      Outcome outcome,
      Digest receiptsRoot,
      List<BigInteger> earnedWei,
      long challengeUntilSeconds)
      implements TermsEvent {
    /** Copies. */
    public Settled {
      earnedWei = List.copyOf(earnedWei);
    }
  }

  /** A challenge held; the settlement is this from now on. */
  record Corrected(SessionId sessionId, Settlement settlement) implements TermsEvent {}

  /** Reads a log of the front door or the payment contract; empty when it is another event. */
  static Optional<TermsEvent> from(EventLog log) {
    Optional<TermsEvent> fromSession = Session.event(log).flatMap(TermsEvent::from);
    return fromSession.isPresent()
        ? fromSession
        : InferencePayment.event(log).flatMap(TermsEvent::from);
  }

  private static Optional<TermsEvent> from(Session.Event event) {
    return switch (event) {
      case Session.SessionOpenedEvent opened ->
          Optional.of(new Opened(ChainTerms.brief(opened.brief()), ChainTerms.tail(opened.tail())));
      case Session.SessionExtendedEvent extended ->
          Optional.of(new Extended(ChainTerms.brief(extended.brief())));
      case Session.SessionClosingEvent _ -> Optional.empty();
    };
  }

  private static Optional<TermsEvent> from(InferencePayment.Event event) {
    return switch (event) {
      case InferencePayment.SettledEvent settled ->
          Optional.of(
              new Settled(
                  ChainTerms.sessionId(settled.sessionId()),
                  Outcome.of(settled.outcome()),
                  settled.receiptsRoot(),
                  settled.earnedWei(),
                  settled.challengeUntil()));
      case InferencePayment.CorrectedEvent corrected ->
          Optional.of(
              new Corrected(
                  ChainTerms.sessionId(corrected.sessionId()),
                  ChainTerms.settlement(corrected.settlement())));
      default -> Optional.empty();
    };
  }
}

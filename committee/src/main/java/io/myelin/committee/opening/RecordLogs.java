package io.myelin.committee.opening;

import io.myelin.chain.EventLog;
import io.myelin.contracts.InferencePayment;
import io.myelin.contracts.NodeStats;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.contracts.terms.TermsEvent;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.reputation.NodeStage;
import io.myelin.protocol.reputation.RecordEvent;
import io.myelin.protocol.reputation.StageMark;
import io.myelin.protocol.settlement.PaidSeat;
import io.myelin.protocol.settlement.SessionBrief;
import java.util.List;
import java.util.Optional;

/** The chain's events as the fold over them takes them. */
final class RecordLogs {
  private RecordLogs() {}

  /** Whether the time of its block counts: to ask for a block costs a call. */
  static boolean isTimed(RecordEvent event) {
    return event instanceof RecordEvent.Marked || event instanceof RecordEvent.Settled;
  }

  /** Empty for an event that counts for nobody. */
  static Optional<RecordEvent> read(NetworkContracts network, EventLog log) {
    if (log.contract().equals(network.stats().address())) {
      return NodeStats.event(log).flatMap(RecordLogs::marked);
    }
    if (log.contract().equals(network.payment().address())
        && InferencePayment.event(log).orElse(null)
            instanceof InferencePayment.FinalizedEvent ended) {
      return Optional.of(new RecordEvent.Ended(ChainTerms.sessionId(ended.sessionId())));
    }
    return TermsEvent.from(log).flatMap(RecordLogs::ofSession);
  }

  private static Optional<RecordEvent> marked(NodeStats.Event event) {
    return switch (event) {
      case NodeStats.RecordedEvent recorded ->
          Optional.of(
              new RecordEvent.Marked(
                  recorded.node(),
                  NodeStage.of((int) recorded.stage()),
                  StageMark.of((int) recorded.mark())));
    };
  }

  private static Optional<RecordEvent> ofSession(TermsEvent event) {
    return switch (event) {
      case TermsEvent.Opened opened ->
          Optional.of(
              new RecordEvent.Opened(
                  opened.sessionId(),
                  opened.brief().head().client(),
                  opened.brief().head().gateway(),
                  nodes(opened.brief())));
      case TermsEvent.Extended extended ->
          Optional.of(new RecordEvent.Extended(extended.sessionId(), nodes(extended.brief())));
      case TermsEvent.Settled settled ->
          Optional.of(new RecordEvent.Settled(settled.sessionId(), settled.earnedWei()));
      case TermsEvent.Corrected _ -> Optional.empty();
    };
  }

  private static List<Address> nodes(SessionBrief brief) {
    return brief.seats().stream().map(PaidSeat::node).toList();
  }
}

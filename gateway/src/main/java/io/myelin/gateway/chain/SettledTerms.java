package io.myelin.gateway.chain;

import io.myelin.chain.EventLog;
import io.myelin.chain.LogFilter;
import io.myelin.contracts.InferencePayment;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.contracts.terms.TermsEvent;
import io.myelin.gateway.session.OnChain;
import io.myelin.protocol.settlement.Outcome;
import io.myelin.protocol.settlement.Settlement;
import io.myelin.protocol.settlement.Split;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** How a session was settled, from the chain's events: as settled first, then as corrected. */
final class SettledTerms {
  private final NetworkContracts network;
  private final Function<LogFilter, List<EventLog>> logs;

  SettledTerms(NetworkContracts network, Function<LogFilter, List<EventLog>> logs) {
    this.network = network;
    this.logs = logs;
  }

  /**
   * The settlement as it stands.
   *
   * @throws IllegalStateException when the session is not settled
   */
  Settlement of(OnChain session) {
    LogFilter filter =
        new LogFilter(
            List.of(network.payment().address()),
            List.of(
                List.of(
                    InferencePayment.SettledEvent.TYPE.topic(),
                    InferencePayment.CorrectedEvent.TYPE.topic()),
                List.of(ChainTerms.word(session.id()))));
    @Nullable Settlement found = null;
    for (EventLog log : logs.apply(filter)) {
      TermsEvent event = TermsEvent.from(log).orElse(null);
      if (event instanceof TermsEvent.Settled settled) {
        found = settled(session, settled);
      } else if (event instanceof TermsEvent.Corrected corrected) {
        found = corrected.settlement();
      }
    }
    if (found == null) {
      throw new IllegalStateException("session " + session.id() + " is not settled");
    }
    return found;
  }

  private static Settlement settled(OnChain session, TermsEvent.Settled event) {
    if (event.outcome() != Outcome.CLOSED) {
      return Settlement.nothing(session.brief(), event.outcome());
    }
    // The number of tasks is not part of what is settled; any above zero splits alike.
    return Split.of(session.brief(), event.receiptsRoot(), 1, event.earnedWei(), false)
        .settlement();
  }
}

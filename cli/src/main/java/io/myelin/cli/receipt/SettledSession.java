package io.myelin.cli.receipt;

import io.myelin.chain.BlockHeader;
import io.myelin.chain.EventLog;
import io.myelin.chain.LogFilter;
import io.myelin.cli.chain.ChainAccess;
import io.myelin.contracts.InferencePayment;
import io.myelin.contracts.MyelinDirectory;
import io.myelin.contracts.Session;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.contracts.terms.TermsEvent;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.settlement.SessionBrief;
import io.myelin.protocol.settlement.SessionTail;
import io.myelin.protocol.typeddata.Eip712Domain;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What a chain says of a receipt's session.
 *
 * @param domain of the network, in which its receipts are signed
 * @param nowSeconds time that the next block will have
 * @param terms as they are now; empty when no such session was opened
 * @param root that was settled; empty while nothing was
 * @param challengeUntilSeconds end of the challenge window; 0 while nothing was settled
 * @param isFinal whether it was paid out
 */
record SettledSession(
    Eip712Domain domain,
    long nowSeconds,
    Optional<Terms> terms,
    Optional<Digest> root,
    long challengeUntilSeconds,
    boolean isFinal) {

  /** What was agreed. */
  record Terms(SessionBrief brief, SessionTail tail) {}

  /** Reads it from the session's own events. */
  static SettledSession read(ChainAccess network, SessionId id) {
    Optional<Terms> terms = Optional.empty();
    Optional<Digest> root = Optional.empty();
    long until = 0;
    boolean isFinal = false;
    for (EventLog log : logs(network, ChainTerms.word(id))) {
      isFinal |= InferencePayment.FinalizedEvent.TYPE.matches(log);
      Optional<TermsEvent> event = TermsEvent.from(log);
      if (event.isEmpty()) {
        continue;
      }
      switch (event.get()) {
        case TermsEvent.Opened opened ->
            terms = Optional.of(new Terms(opened.brief(), opened.tail()));
        case TermsEvent.Extended extended ->
            terms = terms.map(before -> new Terms(extended.brief(), before.tail()));
        case TermsEvent.Settled settled -> {
          root = Optional.of(settled.receiptsRoot());
          until = settled.challengeUntilSeconds();
        }
        case TermsEvent.Corrected corrected ->
            root = Optional.of(corrected.settlement().receiptsRoot());
      }
    }
    return new SettledSession(
        network.contracts().domain(), network.nowSeconds(), terms, root, until, isFinal);
  }

  private static List<EventLog> logs(ChainAccess network, Digest id) {
    BlockHeader head = network.chain().head();
    MyelinDirectory.Addresses contracts = network.contracts().addresses();
    List<EventLog> logs =
        new ArrayList<>(
            network.logs(
                new LogFilter(
                    List.of(contracts.sessions(), contracts.payment()),
                    List.of(
                        List.of(
                            Session.SessionOpenedEvent.TYPE.topic(),
                            Session.SessionExtendedEvent.TYPE.topic(),
                            InferencePayment.SettledEvent.TYPE.topic(),
                            InferencePayment.CorrectedEvent.TYPE.topic(),
                            InferencePayment.FinalizedEvent.TYPE.topic()),
                        List.of(id))),
                network.firstBlock(head),
                head));
    logs.sort(
        Comparator.comparingLong((EventLog log) -> log.block().number())
            .thenComparingInt(EventLog::index));
    return logs;
  }
}

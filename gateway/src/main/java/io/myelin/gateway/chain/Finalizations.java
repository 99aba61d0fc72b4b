package io.myelin.gateway.chain;

import io.myelin.chain.ChainClient;
import io.myelin.chain.transaction.TransactionOutcome;
import io.myelin.contracts.InferencePayment;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.contracts.write.ChainWrites;
import io.myelin.gateway.journal.SettlementLog;
import io.myelin.gateway.session.OnChain;
import io.myelin.protocol.ids.SessionId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns settlements into credits after their challenge windows. A settlement that the chain took
 * back, or does not take, waits by itself: none stands in another's way. Not safe for threads.
 */
final class Finalizations {
  private static final Logger log = LoggerFactory.getLogger(Finalizations.class);

  /** By then a block is not taken back any more. */
  private static final long SURE_SECONDS = 300;

  private static final int MOST_SESSIONS = 64;

  /** A day of looks: an endpoint that only catches up knows the session by then. */
  private static final int MOST_LOOKS = 288;

  private final NetworkContracts network;
  private final ChainWrites writes;
  private final SettlementLog settled;
  private final ChainView view;
  private final Function<SessionId, Optional<OnChain>> find;
  private final EscrowRecords escrow;
  private final SettledTerms terms;
  private final Map<SessionId, Integer> unknown = new HashMap<>();
  private int most = MOST_SESSIONS;

  /**
   * Over a journal.
   *
   * @param find the terms of a session that the chain knows
   */
  Finalizations(
      ChainClient chain,
      NetworkContracts network,
      ChainWrites writes,
      SettlementLog settled,
      ChainView view,
      Function<SessionId, Optional<OnChain>> find) {
    this.network = network;
    this.writes = writes;
    this.settled = settled;
    this.view = view;
    this.find = find;
    this.escrow = new EscrowRecords(chain, network);
    this.terms = new SettledTerms(network, view::logs);
  }

  /** Credits what may be credited by now; blocks. */
  void run() throws InterruptedException, TimeoutException {
    long nowSeconds = view.now().timeSeconds();
    List<OnChain> ready = new ArrayList<>();
    for (String hex : settled.due(nowSeconds, most)) {
      ready(SessionId.parse(hex), nowSeconds).ifPresent(ready::add);
    }
    List<InferencePayment.Brief> briefs = new ArrayList<>();
    List<InferencePayment.Settlement> settlements = new ArrayList<>();
    for (OnChain session : List.copyOf(ready)) {
      try {
        settlements.add(ChainTerms.forPayment(terms.of(session)));
        briefs.add(ChainTerms.forPayment(session.brief()));
      } catch (IllegalStateException e) {
        // Its event is not read yet, or was taken back just now.
        ready.remove(session);
        again(session.id(), nowSeconds + SURE_SECONDS);
      }
    }
    if (ready.isEmpty()) {
      return;
    }
    TransactionOutcome outcome =
        writes.once(
            "finalize/" + ready.getFirst().id().hex() + "/" + ready.size(),
            network.payment().finalize_(briefs, settlements));
    boolean done = outcome instanceof TransactionOutcome.Succeeded;
    if (!done) {
      log.warn("{} settlements were not finalized: {}", ready.size(), ChainWrites.text(outcome));
    }
    if (done || ready.size() == 1) {
      // Looked at once more a while later: the block may be lost, and then it is due again.
      ready.forEach(session -> again(session.id(), nowSeconds + SURE_SECONDS));
    }
    // Where some cannot be finalized together, each is by itself.
    most = done ? MOST_SESSIONS : 1;
  }

  /** What can be finalized now; everything else is noted for when it has to be looked at again. */
  private Optional<OnChain> ready(SessionId id, long nowSeconds) {
    EscrowRecords.Phase phase = escrow.phase(id);
    if (phase.isFinal()) {
      unknown.remove(id);
      var _ = settled.finalized(id.hex());
      return Optional.empty();
    }
    OptionalLong until = escrow.challengeUntilSeconds(id);
    Optional<OnChain> session = until.isPresent() ? find.apply(id) : Optional.empty();
    if (session.isPresent() && until.getAsLong() <= nowSeconds) {
      return session;
    }
    if (phase != EscrowRecords.Phase.NONE) {
      unknown.remove(id);
    } else if (unknown.merge(id, 1, Integer::sum) > MOST_LOOKS) {
      // Opened and settled in blocks that were lost long ago: there is no money, and no way back.
      log.warn("session {}: the chain lost it after it was settled", id);
      unknown.remove(id);
      var _ = settled.finalized(id.hex());
      return Optional.empty();
    }
    // The settlement was taken back; it comes again, with a window of its own.
    again(id, Math.max(nowSeconds + SURE_SECONDS, until.orElse(0)));
    return Optional.empty();
  }

  private void again(SessionId id, long dueAtSeconds) {
    var _ = settled.settled(id.hex(), dueAtSeconds);
  }
}

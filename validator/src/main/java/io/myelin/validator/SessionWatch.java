package io.myelin.validator;

import io.myelin.chain.ChainClient;
import io.myelin.chain.EventLog;
import io.myelin.chain.LogFilter;
import io.myelin.chain.abi.ContractWrite;
import io.myelin.contracts.InferencePayment;
import io.myelin.contracts.Session;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.contracts.terms.Param;
import io.myelin.contracts.terms.TermsEvent;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.leader.Duty;
import io.myelin.protocol.settlement.Outcome;
import io.myelin.protocol.settlement.SessionBrief;
import io.myelin.protocol.settlement.Settlement;
import io.myelin.protocol.settlement.Split;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Sessions that nobody ends: money of one that was not settled goes back to its client, and money
 * of one that was settled is credited, though nobody asked. Those whose it is have a while to do it
 * themselves first.
 */
final class SessionWatch implements Watch {
  /** How long nodes have to have an overdue session rescued before its money goes back. */
  static final Duration RESCUE = Duration.ofHours(1);

  /** How long those who are paid have to ask for it themselves. */
  static final Duration OWN = Duration.ofMinutes(10);

  private static final int MOST_DUE = 32;
  private static final int ACTIVE = 1;
  private static final int CLOSING = 2;
  private static final int SETTLED = 3;

  private final ChainClient chain;
  private final NetworkContracts network;
  private final LogTail events;
  private final Map<Digest, Known> open = new LinkedHashMap<>();
  private final Retries retries = new Retries();

  /**
   * A session whose money is in escrow.
   *
   * @param untilSeconds when it can be expired, or finalized once it is settled; of one that is
   *     active without the time to settle
   * @param settled how; empty before
   * @param corrected what a challenge made of that
   */
  private record Known(
      SessionBrief brief,
      long untilSeconds,
      boolean closing,
      Optional<TermsEvent.Settled> settled,
      Optional<Settlement> corrected) {}

  /** Of a network none of whose events is older than this block. */
  SessionWatch(ChainClient chain, NetworkContracts network, long firstBlock) {
    this.chain = chain;
    this.network = network;
    LogFilter filter =
        new LogFilter(
            List.of(network.sessions().address(), network.payment().address()),
            List.of(
                List.of(
                    Session.SessionOpenedEvent.TYPE.topic(),
                    Session.SessionExtendedEvent.TYPE.topic(),
                    InferencePayment.ClosingEvent.TYPE.topic(),
                    InferencePayment.SettledEvent.TYPE.topic(),
                    InferencePayment.CorrectedEvent.TYPE.topic(),
                    InferencePayment.FinalizedEvent.TYPE.topic())));
    this.events = new LogTail(chain, filter, firstBlock);
  }

  @Override
  public List<Due> due(long nowMillis) {
    events.next().forEach(this::take);
    long settleSeconds = Param.SETTLE_SECONDS.of(network, chain).longValueExact();
    return open.entrySet().stream()
        .map(entry -> due(entry.getKey(), entry.getValue(), settleSeconds, nowMillis))
        .filter(due -> due.duty().dueAtMillis() <= nowMillis)
        .filter(due -> retries.mayTry(due.duty(), nowMillis))
        .sorted(Comparator.comparingLong(due -> due.duty().dueAtMillis()))
        .limit(MOST_DUE)
        .toList();
  }

  /** Events may come twice; each says the same again. */
  private void take(EventLog log) {
    TermsEvent.from(log).ifPresent(this::take);
    InferencePayment.event(log)
        .ifPresent(
            event -> {
              switch (event) {
                case InferencePayment.ClosingEvent closing ->
                    open.computeIfPresent(
                        closing.sessionId(),
                        (_, known) ->
                            known.settled().isPresent()
                                ? known
                                : new Known(
                                    known.brief(),
                                    closing.settleUntil(),
                                    true,
                                    Optional.empty(),
                                    Optional.empty()));
                case InferencePayment.FinalizedEvent ended -> open.remove(ended.sessionId());
                default -> {}
              }
            });
  }

  private void take(TermsEvent event) {
    Digest id = ChainTerms.word(event.sessionId());
    switch (event) {
      case TermsEvent.Opened(SessionBrief brief, var _) -> {
        // A session of the queue ends by the queue.
        if (!brief.head().gateway().equals(network.addresses().queue())) {
          open.putIfAbsent(
              id,
              new Known(
                  brief,
                  brief.head().expiresAtSeconds(),
                  false,
                  Optional.empty(),
                  Optional.empty()));
        }
      }
      case TermsEvent.Extended(SessionBrief brief) ->
          open.computeIfPresent(
              id,
              (_, known) ->
                  new Known(
                      brief,
                      known.untilSeconds(),
                      known.closing(),
                      known.settled(),
                      known.corrected()));
      case TermsEvent.Settled settled ->
          open.computeIfPresent(
              id,
              (_, known) ->
                  new Known(
                      known.brief(),
                      settled.challengeUntilSeconds(),
                      true,
                      Optional.of(settled),
                      known.corrected()));
      case TermsEvent.Corrected corrected ->
          open.computeIfPresent(
              id,
              (_, known) ->
                  new Known(
                      known.brief(),
                      known.untilSeconds(),
                      true,
                      known.settled(),
                      Optional.of(corrected.settlement())));
    }
  }

  private Due due(Digest id, Known known, long settleSeconds, long nowMillis) {
    if (known.settled().isPresent()) {
      Duty duty = new Duty("finalize/" + id, (known.untilSeconds() + OWN.toSeconds()) * 1_000);
      return new Due(
          duty, () -> attempt(duty, id, nowMillis, () -> payOut(known), SETTLED, SETTLED));
    }
    long overdueAt = known.untilSeconds() + (known.closing() ? 0 : settleSeconds);
    Duty duty = new Duty("expire/" + id, (overdueAt + RESCUE.toSeconds()) * 1_000);
    return new Due(
        duty,
        () ->
            attempt(
                duty,
                id,
                nowMillis,
                () -> List.of(network.payment().expire(ChainTerms.forPayment(known.brief()))),
                ACTIVE,
                CLOSING));
  }

  /** What the phase on chain does not bear any more is not tried. */
  private List<ContractWrite> attempt(
      Duty duty, Digest id, long nowMillis, Work work, int from, int to)
      throws InterruptedException {
    retries.tries(duty, nowMillis);
    long phase = network.payment().recordOf(id).on(chain).phase();
    return phase >= from && phase <= to ? work.prepare() : List.of();
  }

  /** A rescued session is split otherwise, and no event says so: the contract takes one of both. */
  private List<ContractWrite> payOut(Known known) {
    if (known.corrected().isPresent()) {
      return List.of(payOut(known.brief(), known.corrected().get()));
    }
    TermsEvent.Settled settled = known.settled().orElseThrow();
    if (settled.outcome() != Outcome.CLOSED) {
      return List.of(payOut(known.brief(), Settlement.nothing(known.brief(), settled.outcome())));
    }
    return List.of(
        payOut(known.brief(), split(known, settled, false)),
        payOut(known.brief(), split(known, settled, true)));
  }

  private static Settlement split(Known known, TermsEvent.Settled settled, boolean rescued) {
    // The number of tasks is not part of what is settled; any above zero splits alike.
    return Split.of(known.brief(), settled.receiptsRoot(), 1, settled.earnedWei(), rescued)
        .settlement();
  }

  private ContractWrite payOut(SessionBrief brief, Settlement settlement) {
    return network
        .payment()
        .finalize_(
            List.of(ChainTerms.forPayment(brief)), List.of(ChainTerms.forPayment(settlement)));
  }
}

package io.myelin.cli.money;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.settlement.SessionBrief;
import io.myelin.protocol.settlement.Settlement;
import java.math.BigInteger;
import java.util.Optional;

/**
 * One session's budget. At every moment {@code budgetWei = spentWei + escrowedWei + backWei +
 * returnedWei}.
 *
 * @param brief its terms as they are now
 * @param phase where its money stands
 * @param dueAtSeconds Unix time of what comes next: its expiry while active, the last time to
 *     settle while closing, the end of the challenge window when settled; 0 when final
 * @param settlement where the money goes, once that is known; never of a session of the queue
 * @param paidWei paid for tasks on chain so far; only of a session of the queue
 */
record SessionMoney(
    SessionBrief brief,
    ChainPhase phase,
    long dueAtSeconds,
    Optional<Settlement> settlement,
    BigInteger paidWei) {

  /** Freshly opened. */
  static SessionMoney opened(SessionBrief brief) {
    return new SessionMoney(
        brief,
        ChainPhase.ACTIVE,
        brief.head().expiresAtSeconds(),
        Optional.empty(),
        BigInteger.ZERO);
  }

  SessionMoney with(SessionBrief extended) {
    return new SessionMoney(extended, phase, dueAtSeconds, settlement, paidWei);
  }

  SessionMoney at(ChainPhase next, long dueAt) {
    return new SessionMoney(brief, next, dueAt, settlement, paidWei);
  }

  SessionMoney with(Settlement next) {
    return new SessionMoney(brief, phase, dueAtSeconds, Optional.of(next), paidWei);
  }

  SessionMoney paid(BigInteger wei) {
    return new SessionMoney(brief, phase, dueAtSeconds, settlement, paidWei.add(wei));
  }

  /** Its id. */
  SessionId id() {
    return brief.sessionId();
  }

  /** What its client put into escrow. */
  BigInteger budgetWei() {
    return brief.head().budgetWei();
  }

  /** Gone for good, as far as is known: to nodes, gateway, validators, treasury. */
  BigInteger spentWei() {
    return settlement.map(s -> budgetWei().subtract(s.clientWei())).orElse(paidWei);
  }

  /** In escrow, without a destination. */
  BigInteger escrowedWei() {
    return phase == ChainPhase.ACTIVE || phase == ChainPhase.CLOSING
        ? budgetWei().subtract(paidWei)
        : BigInteger.ZERO;
  }

  /** Comes back to the client when the challenge window is over. */
  BigInteger backWei() {
    return phase == ChainPhase.SETTLED ? clientWei() : BigInteger.ZERO;
  }

  /** Came back: it is, or was, among the client's credits. */
  BigInteger returnedWei() {
    return phase.isFinal() ? clientWei() : BigInteger.ZERO;
  }

  private BigInteger clientWei() {
    return settlement.map(Settlement::clientWei).orElseGet(() -> budgetWei().subtract(paidWei));
  }

  /** Whether the account pays for it. */
  boolean isPaidBy(Address account) {
    return brief.head().client().equals(account);
  }

  /** What an account's nodes get of it, once settled. */
  BigInteger nodesWei(Address owner) {
    BigInteger sum = BigInteger.ZERO;
    if (settlement.isPresent()) {
      for (int i = 0; i < brief.seats().size(); i++) {
        if (brief.seats().get(i).payee().equals(owner)) {
          sum = sum.add(settlement.get().nodeWei().get(i));
        }
      }
    }
    return sum;
  }

  /** What an account's gateway gets of it, once settled. */
  BigInteger gatewayWei(Address owner) {
    return brief.head().gatewayPayee().equals(owner)
        ? settlement.map(Settlement::gatewayWei).orElse(BigInteger.ZERO)
        : BigInteger.ZERO;
  }

  /** Whether the account has a part in it: it pays, or it may earn. */
  boolean concerns(Address account) {
    return isPaidBy(account)
        || brief.head().gatewayPayee().equals(account)
        || brief.seats().stream().anyMatch(seat -> seat.payee().equals(account));
  }
}

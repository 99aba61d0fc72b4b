package io.myelin.cli.money;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.merkle.MerkleTree;
import io.myelin.protocol.settlement.Outcome;
import io.myelin.protocol.settlement.SessionBrief;
import io.myelin.protocol.settlement.Settlement;
import io.myelin.protocol.settlement.Split;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * An account's money in the payment contract, worked out from what the chain said and nothing else.
 *
 * @param account whose
 * @param sessions in which it has a part, in the order they were opened
 * @param sharesWei credited as shares of whole batches: who signed as a validator, the treasury
 * @param tasksWei credited for tasks of the queue, in whatever role
 * @param withdrawnWei of all credits, fetched
 */
record Ledger(
    Address account,
    List<SessionMoney> sessions,
    BigInteger sharesWei,
    BigInteger tasksWei,
    BigInteger withdrawnWei) {
  /** Copies. */
  Ledger {
    sessions = List.copyOf(sessions);
  }

  /**
   * Folds what was said.
   *
   * @param events in the chain's order; those of sessions that were not opened among them, and
   *     credits of other accounts, must not be there
   */
  static Ledger fold(Address account, List<MoneyEvent> events) {
    Map<SessionId, SessionMoney> sessions = new LinkedHashMap<>();
    BigInteger shares = BigInteger.ZERO;
    BigInteger credited = BigInteger.ZERO;
    BigInteger withdrawn = BigInteger.ZERO;
    for (MoneyEvent event : events) {
      switch (event) {
        case MoneyEvent.Opened(SessionBrief brief) ->
            sessions.put(brief.sessionId(), SessionMoney.opened(brief));
        case MoneyEvent.Extended(SessionBrief brief) ->
            change(sessions, brief.sessionId(), session -> session.with(brief));
        case MoneyEvent.Closing(SessionId id, long until) ->
            change(sessions, id, session -> session.at(ChainPhase.CLOSING, until));
        case MoneyEvent.Settled settled ->
            change(
                sessions,
                settled.session(),
                session ->
                    session
                        .with(settlement(session.brief(), settled))
                        .at(ChainPhase.SETTLED, settled.challengeUntilSeconds()));
        case MoneyEvent.Corrected(SessionId id, Settlement settlement) ->
            change(sessions, id, session -> session.with(settlement));
        case MoneyEvent.TaskPaid(SessionId id, BigInteger wei) ->
            change(sessions, id, session -> session.paid(wei));
        case MoneyEvent.Finalized(SessionId id, ChainPhase phase) ->
            change(sessions, id, session -> session.at(phase, 0));
        case MoneyEvent.Credited one when one.session().isEmpty() ->
            shares = shares.add(one.amountWei());
        case MoneyEvent.Credited one -> credited = credited.add(one.amountWei());
        case MoneyEvent.Withdrawn(BigInteger wei) -> withdrawn = withdrawn.add(wei);
      }
    }
    List<SessionMoney> list = new ArrayList<>(sessions.values());
    // Of a session of the queue what came back was credited by name; the rest was earned.
    BigInteger refunds =
        sum(
            list,
            session ->
                session.isPaidBy(account) && session.settlement().isEmpty()
                    ? session.returnedWei()
                    : BigInteger.ZERO);
    return new Ledger(account, list, shares, credited.subtract(refunds), withdrawn);
  }

  private static void change(
      Map<SessionId, SessionMoney> sessions, SessionId id, UnaryOperator<SessionMoney> how) {
    sessions.computeIfPresent(id, (_, session) -> how.apply(session));
  }

  /** What the event leaves out, because it follows. */
  private static Settlement settlement(SessionBrief brief, MoneyEvent.Settled settled) {
    if (settled.outcome() != Outcome.CLOSED) {
      return Settlement.nothing(brief, settled.outcome());
    }
    BigInteger spent = settled.earnedWei().stream().reduce(BigInteger.ZERO, BigInteger::add);
    // No root is held against a gateway that others settled for; who settles itself has one.
    boolean isRescued = spent.signum() > 0 && settled.receiptsRoot().equals(MerkleTree.EMPTY_ROOT);
    return Split.of(
            brief,
            settled.receiptsRoot(),
            spent.signum() > 0 ? 1 : 0,
            settled.earnedWei(),
            isRescued)
        .settlement();
  }

  /** Sessions that the account pays for. */
  List<SessionMoney> paidFor() {
    return sessions.stream().filter(session -> session.isPaidBy(account)).toList();
  }

  /** What the account's nodes earned in sessions with a gateway. */
  Earning asNodeOwner() {
    return earning(session -> session.nodesWei(account));
  }

  /** What the account's gateways earned. */
  Earning asGatewayOwner() {
    return earning(session -> session.gatewayWei(account));
  }

  private Earning earning(Function<SessionMoney, BigInteger> share) {
    return new Earning(
        sum(
            sessions,
            session ->
                session.phase() == ChainPhase.SETTLED ? share.apply(session) : BigInteger.ZERO),
        sum(
            sessions,
            session -> session.phase().isFinal() ? share.apply(session) : BigInteger.ZERO));
  }

  /** In escrow for sessions that the account pays for. */
  BigInteger escrowedWei() {
    return sum(paidFor(), SessionMoney::escrowedWei);
  }

  /** Spent in sessions that the account pays for, as far as is known. */
  BigInteger spentWei() {
    return sum(paidFor(), SessionMoney::spentWei);
  }

  /** Comes back to the account after challenge windows. */
  BigInteger backWei() {
    return sum(paidFor(), SessionMoney::backWei);
  }

  /** Came back to the account as credits. */
  BigInteger returnedWei() {
    return sum(paidFor(), SessionMoney::returnedWei);
  }

  /** Everything that ever became credits of the account. */
  BigInteger creditedWei() {
    return returnedWei()
        .add(asNodeOwner().creditedWei())
        .add(asGatewayOwner().creditedWei())
        .add(sharesWei)
        .add(tasksWei);
  }

  /** What the contract must say the account can fetch, if these books are right. */
  BigInteger creditsWei() {
    return creditedWei().subtract(withdrawnWei);
  }

  private static BigInteger sum(
      List<SessionMoney> sessions, Function<SessionMoney, BigInteger> part) {
    return sessions.stream().map(part).reduce(BigInteger.ZERO, BigInteger::add);
  }
}

package io.myelin.cli.money;

import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.settlement.Outcome;
import io.myelin.protocol.settlement.SessionBrief;
import io.myelin.protocol.settlement.Settlement;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;

/** What the chain said of money; {@link Ledger} folds these, in the chain's order. */
sealed interface MoneyEvent {

  /** A budget came into escrow. */
  record Opened(SessionBrief brief) implements MoneyEvent {}

  /** The session has more seats. */
  record Extended(SessionBrief brief) implements MoneyEvent {}

  /** No new task; the gateway has until then to settle. */
  record Closing(SessionId session, long settleUntilSeconds) implements MoneyEvent {}

  /**
   * The money has a destination, which can be challenged until then.
   *
   * @param earnedWei per seat, before the split
   */
  record Settled(
      SessionId session,
      Outcome outcome,
      Digest receiptsRoot,
      List<BigInteger> earnedWei,
      long challengeUntilSeconds)
      implements MoneyEvent {
    /** Copies. */
    public Settled {
      earnedWei = List.copyOf(earnedWei);
    }
  }

  /** A challenge held: the settlement is this from now on. */
  record Corrected(SessionId session, Settlement settlement) implements MoneyEvent {}

  /** A task on chain was paid out of the budget. */
  record TaskPaid(SessionId session, BigInteger spentWei) implements MoneyEvent {}

  /** The last word: what the settlement says became credits. */
  record Finalized(SessionId session, ChainPhase phase) implements MoneyEvent {}

  /**
   * The account has more to fetch, apart from a settlement's finalization.
   *
   * @param session it is for; empty for a share of a whole batch
   */
  record Credited(Optional<SessionId> session, BigInteger amountWei) implements MoneyEvent {}

  /** The account's credits were fetched. */
  record Withdrawn(BigInteger amountWei) implements MoneyEvent {}
}

package io.myelin.cli.money;

import io.myelin.cli.chain.Times;
import io.myelin.protocol.ids.Address;

/** What to type, or what to wait for, in one line. */
final class NextStep {
  private NextStep() {}

  /**
   * Of a session that the account pays for.
   *
   * @param name its id, or how it begins where no other of the account begins so
   * @param queue the contract whose sessions have no gateway
   */
  static String of(SessionMoney session, String name, Holdings holdings, Address queue) {
    RefundStep step =
        RefundStep.next(
            session,
            holdings.account(),
            session.brief().head().gateway().equals(queue),
            holdings.nowSeconds(),
            holdings.settleSeconds());
    String refund = "./myelin session refund " + name;
    return switch (step) {
      case RefundStep.Close _ ->
          refund
              + "   closes it; its gateway then has "
              + Times.span(holdings.settleSeconds())
              + " to settle";
      case RefundStep.Finish _ -> refund + "   finishes it; what is left comes back at once";
      case RefundStep.Expire _ -> refund + "   nobody settled in time: all of it comes back";
      case RefundStep.Pay _ -> refund + "   the challenge window is over";
      case RefundStep.Wait(long until, String why) ->
          "nothing to do until " + Times.at(until, holdings.nowSeconds()) + ": " + why;
      case RefundStep.Done _ -> "nothing to do";
    };
  }

  /** Of a stake. */
  static String of(Holdings.Stake stake, long nowSeconds) {
    String key = stake.kind() == Holdings.Kind.VALIDATOR ? "" : " " + stake.key();
    if (stake.unbondingWei().signum() > 0) {
      return nowSeconds >= stake.withdrawableAtSeconds()
          ? "./myelin stake " + stake.kind().text() + " withdraw" + key
          : "nothing to do until "
              + Times.at(stake.withdrawableAtSeconds(), nowSeconds)
              + ", then ./myelin stake "
              + stake.kind().text()
              + " withdraw"
              + key;
    }
    return switch (stake.kind()) {
      case VALIDATOR -> "./myelin stake validator resign   starts its way out";
      case NODE -> "./myelin stake node remove" + key + "   starts its way out";
      case GATEWAY -> "./myelin stake gateway retire" + key + "   starts its way out";
    };
  }
}

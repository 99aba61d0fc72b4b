package io.myelin.cli.money;

import io.myelin.chain.abi.ContractWrite;
import io.myelin.cli.CommandException;
import io.myelin.cli.chain.Amount;
import io.myelin.cli.chain.ChainAccess;
import io.myelin.cli.chain.Param;
import io.myelin.cli.chain.Times;
import io.myelin.cli.chain.Wallet;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.protocol.settlement.Settlement;
import java.io.PrintWriter;
import java.math.BigInteger;
import java.util.List;

/** Takes a session's steps on chain, one after the other, until it has to wait or is over. */
final class Refund {
  private final ChainAccess network;
  private final NetworkContracts contracts;
  private final Wallet wallet;
  private final PrintWriter out;
  private final long settleSeconds;

  Refund(ChainAccess network, Wallet wallet, PrintWriter out) {
    this.network = network;
    this.contracts = network.contracts();
    this.wallet = wallet;
    this.out = out;
    this.settleSeconds = Param.SETTLE_SECONDS.seconds(network);
  }

  /** Whether the next step would end a session that still works. */
  boolean wouldClose(SessionMoney session) {
    return switch (next(session)) {
      case RefundStep.Close _, RefundStep.Finish _ -> true;
      case RefundStep.Expire _, RefundStep.Pay _, RefundStep.Wait _, RefundStep.Done _ -> false;
    };
  }

  /** What ending a session that still works means. */
  String plan(SessionMoney session) {
    return "Session "
        + session.id()
        + " is active. It will take no task any more"
        + (next(session) instanceof RefundStep.Close
            ? "; its gateway then has " + Times.span(settleSeconds) + " to settle."
            : ", and what is left comes back.");
  }

  private RefundStep next(SessionMoney session) {
    return RefundStep.next(
        session,
        wallet.address(),
        session.brief().head().gateway().equals(contracts.addresses().queue()),
        network.nowSeconds(),
        settleSeconds);
  }

  /** Does all that can be done now, and says so. */
  void bringOn(SessionMoney session) {
    out.println(
        session.id()
            + "  "
            + session.phase().text()
            + ", budget "
            + Amount.show(session.budgetWei()));
    SessionMoney current = session;
    while (true) {
      switch (next(current)) {
        case RefundStep.Close _ ->
            send(contracts.sessions().close(ChainTerms.forSession(current.brief())), "close");
        case RefundStep.Finish _ ->
            send(contracts.queue().finish(ChainTerms.forQueue(current.brief())), "finish");
        case RefundStep.Expire _ ->
            send(contracts.payment().expire(ChainTerms.forPayment(current.brief())), "expire");
        case RefundStep.Pay _ -> send(payOut(current), "pay out");
        case RefundStep.Wait(long until, String why) -> {
          left(current, until, why);
          return;
        }
        case RefundStep.Done _ -> {
          out.println(
              "  it is over ("
                  + current.phase().text()
                  + "): spent "
                  + Amount.show(current.spentWei())
                  + ", came back "
                  + Amount.show(current.returnedWei()));
          out.flush();
          return;
        }
      }
      current = again(current);
    }
  }

  private ContractWrite payOut(SessionMoney session) {
    Settlement settlement =
        session
            .settlement()
            .orElseThrow(
                () -> new IllegalStateException("session " + session.id() + " has no settlement"));
    return contracts
        .payment()
        .finalize_(
            List.of(ChainTerms.forPayment(session.brief())),
            List.of(ChainTerms.forPayment(settlement)));
  }

  private void send(ContractWrite write, String what) {
    wallet.send(write, what + " the session");
    out.println("  done: " + what);
    out.flush();
  }

  private SessionMoney again(SessionMoney before) {
    SessionMoney after = MoneyReader.now(network).session(before.id()).orElse(before);
    if (after.phase() == before.phase()) {
      throw new CommandException(
          "session "
              + before.id()
              + " is still "
              + before.phase().text()
              + " to this endpoint: type the same again, or ask another (--rpc)");
    }
    return after;
  }

  private void left(SessionMoney session, long until, String why) {
    BigInteger back = session.backWei();
    out.println(
        back.signum() > 0
            ? "  " + Amount.show(back) + " come back"
            : "  " + Amount.show(session.escrowedWei()) + " are in escrow");
    out.println("  nothing to do until " + Times.at(until, network.nowSeconds()) + ": " + why);
    out.println("  then: ./myelin session refund " + session.id());
    out.flush();
  }

  /** Pays the account's credits out to itself. */
  void fetchCredits() {
    Credits.fetch(network, wallet, wallet.address(), out);
  }
}

package io.myelin.cli.money;

import io.myelin.cli.chain.Amount;
import io.myelin.cli.chain.Times;
import io.myelin.protocol.ids.Address;
import java.io.PrintWriter;
import java.math.BigInteger;
import java.util.List;

/** Shows a report on one screen: where it is, how much, and what to type to get it. */
final class MoneyScreen {
  private static final int SHORT_ID = 8;

  private final MoneyReport report;
  private final Ledger ledger;
  private final Holdings holdings;
  private final Address queue;
  private final PrintWriter out;

  MoneyScreen(MoneyReport report, Address queue, PrintWriter out) {
    this.report = report;
    this.ledger = report.ledger();
    this.holdings = report.holdings();
    this.queue = queue;
    this.out = out;
  }

  /** Prints all of it. */
  void print(boolean all) {
    out.printf(
        "Account %s on chain %d, block %d, %s%n",
        holdings.account(), holdings.chainId(), holdings.block(), Times.at(holdings.nowSeconds()));
    out.println();
    line("wallet", holdings.walletWei());
    line("  allowed to sessions", holdings.allowanceWei());
    out.printf("%-24s %s%n", "  for gas", Amount.showEther(holdings.etherWei()));
    sessions(all);
    credits();
    earnings();
    stakes();
    sums();
    out.flush();
  }

  private void sessions(boolean all) {
    List<SessionMoney> sessions = ledger.paidFor();
    if (sessions.isEmpty()) {
      return;
    }
    out.println();
    out.println("Sessions it pays for");
    int over = 0;
    for (SessionMoney session : sessions) {
      if (session.phase().isFinal() && !all) {
        over++;
        continue;
      }
      session(session);
    }
    if (over > 0) {
      out.println(
          "  "
              + over
              + " more that are over, with "
              + Amount.decimal(ledger.returnedWei())
              + " "
              + Amount.SYMBOL
              + " come back among the credits (--all shows them)");
    }
  }

  private void session(SessionMoney session) {
    out.printf(
        "  %s  %-8s %s%n",
        session.id().toString().substring(0, SHORT_ID), session.phase().text(), session.id());
    part("escrowed", session.escrowedWei());
    if (session.escrowedWei().signum() > 0 && !session.brief().head().gateway().equals(queue)) {
      out.println("      spent              known once it is settled");
    } else {
      part("spent", session.spentWei());
    }
    part("comes back", session.backWei());
    part("came back", session.returnedWei());
    out.println("      next: " + NextStep.of(session, name(session), holdings, queue));
  }

  /** What to type for it: short, where that names no other. */
  private String name(SessionMoney session) {
    String id = session.id().toString();
    String begins = id.substring(0, SHORT_ID);
    long so =
        ledger.paidFor().stream().filter(one -> one.id().toString().startsWith(begins)).count();
    return so == 1 ? begins : id;
  }

  private void part(String name, BigInteger wei) {
    if (wei.signum() != 0) {
      out.printf("      %-18s %s%n", name, Amount.show(wei));
    }
  }

  private void credits() {
    out.println();
    line("credits, to be fetched", report.creditsWei());
    if (holdings.creditsWei().signum() > 0) {
      line("  in InferencePayment", holdings.creditsWei());
    }
    for (Holdings.RegistryCredit credit : holdings.registryCredits()) {
      if (credit.creditWei().signum() > 0) {
        line("  in " + credit.contract(), credit.creditWei());
      }
    }
    if (report.creditsWei().signum() > 0) {
      out.println("      next: ./myelin account withdraw");
    }
    if (ledger.creditedWei().signum() > 0) {
      line("  ever, for sessions", ledger.creditedWei());
      line("  of that fetched", ledger.withdrawnWei());
    }
    if (!report.agrees()) {
      out.println(
          "  The events add up to "
              + Amount.show(ledger.creditsWei())
              + ", the contract says "
              + Amount.show(holdings.creditsWei())
              + ": this endpoint leaves events out. Ask another (--rpc).");
    }
  }

  private void earnings() {
    if (ledger.asNodeOwner().isNone()
        && ledger.asGatewayOwner().isNone()
        && ledger.sharesWei().signum() == 0
        && ledger.tasksWei().signum() == 0) {
      return;
    }
    out.println();
    out.println("Earned, by role (what is credited is among the credits until it is fetched)");
    earning("as a node's owner", ledger.asNodeOwner());
    earning("as a gateway's owner", ledger.asGatewayOwner());
    windows();
    earning("as validator, treasury", new Earning(BigInteger.ZERO, ledger.sharesWei()));
    earning("in tasks on chain", new Earning(BigInteger.ZERO, ledger.tasksWei()));
  }

  /** Who waits for a window's end may end the wait: paying out is anybody's to do. */
  private void windows() {
    for (SessionMoney session : ledger.sessions()) {
      BigInteger share =
          session.nodesWei(holdings.account()).add(session.gatewayWei(holdings.account()));
      if (session.phase() == ChainPhase.SETTLED && share.signum() > 0) {
        out.println(
            "      "
                + Amount.decimal(share)
                + " "
                + Amount.SYMBOL
                + " from "
                + Times.at(session.dueAtSeconds(), holdings.nowSeconds())
                + " on: ./myelin session refund "
                + session.id());
      }
    }
  }

  private void earning(String role, Earning earning) {
    if (earning.isNone()) {
      return;
    }
    out.println("  " + role);
    part("in the window", earning.pendingWei());
    part("credited", earning.creditedWei());
  }

  private void stakes() {
    if (holdings.stakes().isEmpty()) {
      return;
    }
    out.println();
    out.println("Stakes");
    for (Holdings.Stake stake : holdings.stakes()) {
      out.println("  " + stake.kind().text() + "  " + stake.key());
      part("active", stake.activeWei());
      part("on its way out", stake.unbondingWei());
      out.println("      next: " + NextStep.of(stake, holdings.nowSeconds()));
    }
  }

  private void sums() {
    out.println();
    out.println("Altogether");
    line("  wallet", holdings.walletWei());
    line("+ in escrow", ledger.escrowedWei());
    line("+ comes back", ledger.backWei());
    line("+ earned, in the window", report.pendingWei());
    line("+ credits", report.creditsWei());
    line("+ stakes", holdings.stakedWei());
    line("=", report.totalWei());
    if (ledger.spentWei().signum() > 0) {
      line("spent in sessions", ledger.spentWei());
    }
  }

  private void line(String name, BigInteger wei) {
    out.printf("%-24s %s%n", name, Amount.show(wei));
  }
}

package io.myelin.cli.money;

import java.math.BigInteger;

/**
 * Where all of an account's money is.
 *
 * @param ledger worked out from events
 * @param holdings what the contracts say
 */
record MoneyReport(Ledger ledger, Holdings holdings) {

  /** Settled for the account's nodes and gateways, inside challenge windows. */
  BigInteger pendingWei() {
    return ledger.asNodeOwner().pendingWei().add(ledger.asGatewayOwner().pendingWei());
  }

  /** Ready to be fetched, in all contracts. */
  BigInteger creditsWei() {
    return holdings.creditsWei().add(holdings.registryCreditsWei());
  }

  /** Every token that is the account's, wherever it lies. What it spent is others'. */
  BigInteger totalWei() {
    return holdings
        .walletWei()
        .add(ledger.escrowedWei())
        .add(ledger.backWei())
        .add(pendingWei())
        .add(creditsWei())
        .add(holdings.stakedWei());
  }

  /** Whether what the events add up to is what the contract says, to the wei. */
  boolean agrees() {
    return ledger.creditsWei().equals(holdings.creditsWei());
  }
}

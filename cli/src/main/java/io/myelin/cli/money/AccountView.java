package io.myelin.cli.money;

import io.myelin.cli.chain.ChainAccess;
import io.myelin.protocol.ids.Address;
import java.math.BigInteger;
import java.util.List;

/**
 * What an account has, without its sessions.
 *
 * @param account whose
 * @param etherWei of the chain's own coin
 * @param tokensWei in the wallet
 * @param allowanceWei that the payment contract may take into escrow
 * @param creditsWei ready to be fetched, in all contracts
 * @param stakes of the account, its nodes and its gateways
 */
public record AccountView(
    Address account,
    BigInteger etherWei,
    BigInteger tokensWei,
    BigInteger allowanceWei,
    BigInteger creditsWei,
    List<Stake> stakes) {
  /** Copies. */
  public AccountView {
    stakes = List.copyOf(stakes);
  }

  /**
   * A stake.
   *
   * @param kind {@code validator}, {@code node} or {@code gateway}
   * @param key whose: the owner for a validator, else the operator key
   * @param activeWei locked while it serves
   * @param unbondingWei on its way out
   * @param withdrawableAtSeconds Unix time at which that can be fetched
   */
  public record Stake(
      String kind,
      Address key,
      BigInteger activeWei,
      BigInteger unbondingWei,
      long withdrawableAtSeconds) {}

  /** Reads it as of the newest block. */
  public static AccountView read(ChainAccess network, Address account) {
    Holdings holdings = MoneyReader.now(network).holdings(account);
    return new AccountView(
        account,
        holdings.etherWei(),
        holdings.walletWei(),
        holdings.allowanceWei(),
        holdings.creditsWei().add(holdings.registryCreditsWei()),
        holdings.stakes().stream()
            .map(
                stake ->
                    new Stake(
                        stake.kind().text(),
                        stake.key(),
                        stake.activeWei(),
                        stake.unbondingWei(),
                        stake.withdrawableAtSeconds()))
            .toList());
  }
}

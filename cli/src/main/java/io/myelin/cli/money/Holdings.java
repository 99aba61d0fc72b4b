package io.myelin.cli.money;

import io.myelin.protocol.ids.Address;
import java.math.BigInteger;
import java.util.List;
import java.util.Locale;

/**
 * What the contracts say an account has, at one block.
 *
 * @param account whose
 * @param chainId of the chain
 * @param block height
 * @param nowSeconds time that the next block will have
 * @param etherWei of the chain's own coin, for gas
 * @param walletWei tokens
 * @param allowanceWei tokens that the payment contract may take into escrow
 * @param creditsWei can be fetched from the payment contract
 * @param registryCredits can be fetched from the contracts that hold stakes
 * @param stakes of the account, its nodes and its gateways
 * @param settleSeconds how long a gateway has to settle
 */
record Holdings(
    Address account,
    long chainId,
    long block,
    long nowSeconds,
    BigInteger etherWei,
    BigInteger walletWei,
    BigInteger allowanceWei,
    BigInteger creditsWei,
    List<RegistryCredit> registryCredits,
    List<Stake> stakes,
    long settleSeconds) {
  /** Copies. */
  Holdings {
    registryCredits = List.copyOf(registryCredits);
    stakes = List.copyOf(stakes);
  }

  /**
   * Credits in a contract that holds stakes: rewards of reporters, compensations.
   *
   * @param contract its name
   */
  record RegistryCredit(String contract, BigInteger creditWei) {}

  /** What a stake is for. */
  enum Kind {
    /** The account's own as a validator. */
    VALIDATOR,
    /** Of a node. */
    NODE,
    /** A gateway's bond. */
    GATEWAY;

    /** As in {@code ./myelin stake …}. */
    String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * A stake.
   *
   * @param key whose stake: the owner for a validator, else the operator key
   * @param activeWei locked while it serves
   * @param unbondingWei on its way out
   * @param withdrawableAtSeconds Unix time at which that can be fetched
   */
  record Stake(
      Kind kind,
      Address key,
      BigInteger activeWei,
      BigInteger unbondingWei,
      long withdrawableAtSeconds) {
    /** Both parts. */
    BigInteger totalWei() {
      return activeWei.add(unbondingWei);
    }
  }

  /** All that is staked or leaving. */
  BigInteger stakedWei() {
    return stakes.stream().map(Stake::totalWei).reduce(BigInteger.ZERO, BigInteger::add);
  }

  /** All that the contracts with stakes have ready for the account. */
  BigInteger registryCreditsWei() {
    return registryCredits.stream()
        .map(RegistryCredit::creditWei)
        .reduce(BigInteger.ZERO, BigInteger::add);
  }
}

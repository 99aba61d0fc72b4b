package io.myelin.contracts.differential;

import io.myelin.protocol.ids.Address;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Who has what, kept a second time by the rules of docs/contracts.md. Every part is rounded down;
 * the treasury has what is left.
 */
final class Books {
  private final Map<Address, BigInteger> credits = new TreeMap<>();
  private final Map<Address, Integer> points = new TreeMap<>();

  Map<Address, BigInteger> credits() {
    return credits;
  }

  Map<Address, Integer> points() {
    return points;
  }

  static BigInteger percent(BigInteger amountWei, int percent) {
    return amountWei.multiply(BigInteger.valueOf(percent)).divide(BigInteger.valueOf(100));
  }

  static BigInteger sum(List<BigInteger> amountsWei) {
    return amountsWei.stream().reduce(BigInteger.ZERO, BigInteger::add);
  }

  void credit(Address account, BigInteger amountWei) {
    credits.merge(account, amountWei, BigInteger::add);
  }

  void mark(Address node, int worth) {
    points.merge(node, worth, Integer::sum);
  }

  /** A task of the queue: 90 % to the nodes' owners, 5 % to who signed, at once. */
  void payTask(List<Address> owners, List<BigInteger> earnedWei, List<Address> signers) {
    BigInteger spentWei = sum(earnedWei);
    BigInteger outWei = BigInteger.ZERO;
    for (int i = 0; i < owners.size(); i++) {
      BigInteger partWei = percent(earnedWei.get(i), 90);
      credit(owners.get(i), partWei);
      outWei = outWei.add(partWei);
    }
    BigInteger eachWei = percent(spentWei, 5).divide(BigInteger.valueOf(signers.size()));
    for (Address signer : signers) {
      credit(signer, eachWei);
      outWei = outWei.add(eachWei);
    }
    credit(Network.TREASURY, spentWei.subtract(outWei));
  }
}

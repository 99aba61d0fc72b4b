package io.myelin.chain.transaction;

import io.myelin.chain.FeeMarket;
import io.myelin.chain.Fees;
import java.math.BigInteger;
import java.util.Optional;

/** What to offer for gas. Pure. */
final class FeeRules {
  private static final BigInteger HUNDRED = BigInteger.valueOf(100);
  // Clients refuse a replacement that does not pay 10 to 12.5 % more in both parts.
  private static final BigInteger BUMP_PERMILLE = BigInteger.valueOf(125);
  private static final BigInteger THOUSAND = BigInteger.valueOf(1000);

  private FeeRules() {}

  static Fees first(FeeMarket market, SenderPolicy policy) {
    BigInteger base =
        market
            .nextBaseFeeWei()
            .multiply(BigInteger.valueOf(policy.baseFeePercent()))
            .divide(HUNDRED);
    // A chain with neither base fee nor tips still wants a number above zero to replace later.
    BigInteger max = base.add(market.tipWei()).max(BigInteger.ONE);
    BigInteger capped = policy.maxFeeWei().map(max::min).orElse(max);
    return new Fees(capped, market.tipWei().min(capped));
  }

  /** A replacement's price; empty when the ceiling does not allow one. */
  static Optional<Fees> replacing(Fees old, FeeMarket market, SenderPolicy policy) {
    Fees fresh = first(market, policy);
    BigInteger max = bumped(old.maxWei()).max(fresh.maxWei());
    BigInteger tip = bumped(old.tipWei()).max(fresh.tipWei());
    max = max.max(tip);
    if (policy.maxFeeWei().isPresent() && max.compareTo(policy.maxFeeWei().get()) > 0) {
      return Optional.empty();
    }
    return Optional.of(new Fees(max, tip));
  }

  private static BigInteger bumped(BigInteger wei) {
    BigInteger more = wei.multiply(BUMP_PERMILLE).add(THOUSAND).subtract(BigInteger.ONE);
    return wei.add(more.divide(THOUSAND).max(BigInteger.ONE));
  }
}

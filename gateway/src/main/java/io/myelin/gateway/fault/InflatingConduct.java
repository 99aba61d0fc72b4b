package io.myelin.gateway.fault;

import io.myelin.gateway.chain.Conduct;
import java.math.BigInteger;
import java.util.List;

/**
 * Every seat is said to have earned twice what its receipts say, and the gateway its tenth of it.
 */
final class InflatingConduct implements Conduct {

  @Override
  public List<BigInteger> claimed(List<BigInteger> earnedWei) {
    return earnedWei.stream().map(wei -> wei.multiply(BigInteger.TWO)).toList();
  }
}

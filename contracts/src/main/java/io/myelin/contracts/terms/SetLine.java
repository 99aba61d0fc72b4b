package io.myelin.contracts.terms;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.selection.Candidate;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** Reads a validator set as the registry keeps it. */
public final class SetLine {
  private static final int SUM_BITS = 96;

  private SetLine() {}

  /**
   * Every owner of a set with its weight.
   *
   * @param line words of an owner and, in 96 bits, the sum of the weights so far
   */
  public static List<Candidate> candidates(List<BigInteger> line) {
    List<Candidate> candidates = new ArrayList<>();
    BigInteger before = BigInteger.ZERO;
    BigInteger mask = BigInteger.ONE.shiftLeft(SUM_BITS).subtract(BigInteger.ONE);
    for (BigInteger word : line) {
      BigInteger sum = word.and(mask);
      Address owner = Address.parse("0x%040x".formatted(word.shiftRight(SUM_BITS)));
      candidates.add(new Candidate(owner, owner, sum.subtract(before).longValueExact()));
      before = sum;
    }
    return candidates;
  }
}

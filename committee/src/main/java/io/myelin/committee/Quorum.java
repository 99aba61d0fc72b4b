package io.myelin.committee;

import io.myelin.chain.Bytes;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.protocol.crypto.Signature;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Enough signatures of a committee, as the contracts take them.
 *
 * @param seatsBits bit i is set when seat i signed
 * @param signatures 65 bytes each, in the order of the seats
 */
public record Quorum(BigInteger seatsBits, Bytes signatures) {
  /** Of answers in the order of the seats; empty when too few signed. */
  static Optional<Quorum> of(List<MemberAnswer> answers, long quorum) {
    List<Signature> signatures = new ArrayList<>();
    BigInteger bits = BigInteger.ZERO;
    for (MemberAnswer answer : answers) {
      if (answer.answer() instanceof MemberAnswer.Answer.Signed(Signature signature)) {
        signatures.add(signature);
        bits = bits.setBit(answer.seat());
      }
    }
    return signatures.size() < quorum
        ? Optional.empty()
        : Optional.of(new Quorum(bits, ChainTerms.joined(signatures)));
  }
}

package io.myelin.chain.transaction;

import java.util.List;
import java.util.Optional;
import org.pcollections.PVector;
import org.pcollections.TreePVector;

/**
 * An intent with a nonce.
 *
 * @param attempts signed and on disk, in order; empty only while the first is being signed
 * @param busy a signature or a price for it is under way
 * @param inclusion where the branch that holds now has it
 * @param sendAtMillis when to send it next
 * @param missingSinceMillis since when its nonce is used by none of its attempts; -1 when it is not
 * @param trouble for people, empty when all is well
 */
record InFlight(
    TransactionIntent intent,
    long nonce,
    PVector<Attempt> attempts,
    boolean busy,
    Optional<Inclusion> inclusion,
    long sendAtMillis,
    long missingSinceMillis,
    String trouble) {

  static InFlight beingSigned(TransactionIntent intent, long nonce) {
    return new InFlight(intent, nonce, TreePVector.empty(), true, Optional.empty(), 0, -1, "");
  }

  static InFlight recovered(TransactionIntent intent, List<Attempt> attempts) {
    return new InFlight(
        intent,
        attempts.getFirst().nonce(),
        TreePVector.from(attempts),
        false,
        Optional.empty(),
        0,
        -1,
        "");
  }

  Attempt newest() {
    return attempts.get(attempts.size() - 1);
  }

  boolean waitsForBlock() {
    return inclusion.isEmpty();
  }

  InFlight signed(Attempt attempt, long sendAt) {
    return new InFlight(
        intent, nonce, attempts.plus(attempt), false, inclusion, sendAt, missingSinceMillis, "");
  }

  InFlight busyWith(boolean nowBusy) {
    return new InFlight(
        intent, nonce, attempts, nowBusy, inclusion, sendAtMillis, missingSinceMillis, trouble);
  }

  InFlight sendAt(long millis, String newTrouble) {
    return new InFlight(
        intent, nonce, attempts, busy, inclusion, millis, missingSinceMillis, newTrouble);
  }

  InFlight included(Inclusion where) {
    return new InFlight(intent, nonce, attempts, busy, Optional.of(where), sendAtMillis, -1, "");
  }

  InFlight notIncluded(long sendAt, long missingSince) {
    return new InFlight(
        intent, nonce, attempts, busy, Optional.empty(), sendAt, missingSince, trouble);
  }
}

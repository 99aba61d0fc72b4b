package io.myelin.protocol.committee;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.typeddata.Eip712Domain;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One asking of one committee.
 *
 * @param round 32 fresh bytes
 * @param subject what is asked about
 * @param domain of the network
 * @param operators the key of each seat; empty when nobody may sign for it now
 * @param quorum how many must agree
 * @param ballot what counts as agreeing
 * @param momentMillis how long others are waited for once there is a quorum of seals, and once
 *     there is one of agreements
 * @param sealsByMillis the end of the round when there is no quorum of seals by then
 * @param endsByMillis the end of the round in any case
 */
public record RoundTerms(
    Digest round,
    Digest subject,
    Eip712Domain domain,
    List<Optional<Address>> operators,
    int quorum,
    Verdict.Ballot ballot,
    long momentMillis,
    long sealsByMillis,
    long endsByMillis) {
  /** Checks the numbers; no key may have two seats. */
  public RoundTerms {
    operators = List.copyOf(operators);
    if (quorum < 1) {
      throw new IllegalArgumentException("quorum: " + quorum + " (expected: >= 1)");
    }
    if (momentMillis < 0 || sealsByMillis > endsByMillis) {
      throw new IllegalArgumentException(
          "moment %d ms, seals by %d, ends by %d (expected: moment >= 0, seals before the end)"
              .formatted(momentMillis, sealsByMillis, endsByMillis));
    }
    Set<Address> seen = new HashSet<>();
    for (Optional<Address> operator : operators) {
      if (operator.isPresent() && !seen.add(operator.get())) {
        throw new IllegalArgumentException(
            "operator "
                + operator.get()
                + " has two seats (expected: distinct owners, one key each)");
      }
    }
  }
}

package io.myelin.validator;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import java.util.List;
import java.util.Set;

/**
 * What a verdict is about, and who gives one.
 *
 * @param subject the attestation's
 * @param committee the owners of its seats, in order; who earns by what is judged is not counted
 */
record Sitting(Digest subject, List<Address> committee) {
  /** Copies the list. */
  Sitting {
    committee = List.copyOf(committee);
  }

  /** The same without those who earn by what is judged. */
  Sitting without(Set<Address> interested) {
    return new Sitting(
        subject, committee.stream().filter(owner -> !interested.contains(owner)).toList());
  }
}

package io.myelin.validator;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import java.util.List;

/**
 * What a verdict is about, and who gives one.
 *
 * @param subject the attestation's
 * @param committee the owners of its seats, in order
 */
record Sitting(Digest subject, List<Address> committee) {
  /** Copies the list. */
  Sitting {
    committee = List.copyOf(committee);
  }
}

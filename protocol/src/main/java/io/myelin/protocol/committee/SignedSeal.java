package io.myelin.protocol.committee;

import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.crypto.Signers;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.Salt;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.protocol.typeddata.VerdictSeal;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * A verdict that nobody can read yet and its giver cannot change any more. It proves by itself who
 * gave one.
 *
 * @param operator who sealed it
 * @param seal what was sealed, about what, in which round
 * @param signature the operator's over {@code seal}
 */
public record SignedSeal(Address operator, VerdictSeal seal, Signature signature) {
  private static final byte[] DOMAIN = "myelin/seal/1".getBytes(StandardCharsets.UTF_8);

  /**
   * The seal of a verdict: Keccak-256 of {@code "myelin/seal/1" || round || operator || payload ||
   * salt}. All but the payload have a fixed length, so nothing can be moved between the parts.
   */
  public static Digest sealOf(Digest round, Address operator, Payload payload, Salt salt) {
    return Keccak256.hash(DOMAIN, round.bytes(), operator.bytes(), payload.bytes(), salt.bytes());
  }

  /** Whether the operator signed it in this network. */
  public boolean holds(Eip712Domain domain) {
    return Signers.signedBy(operator, domain.digest(seal), signature);
  }

  /** Whether this payload and salt are what was sealed. */
  public boolean opens(Payload payload, Salt salt) {
    return sealOf(seal.round(), operator, payload, salt).equals(seal.seal());
  }

  /**
   * How many distinct members of a committee have sealed a verdict on a subject in a round: what
   * decides whether a member opens its own.
   *
   * @param operators the committee's keys, empty for a seat that nobody may sign for
   * @param shown seals that somebody says are theirs; any that is not counts for nothing
   */
  public static int distinct(
      Eip712Domain domain,
      Digest subject,
      Digest round,
      Collection<Optional<Address>> operators,
      Collection<SignedSeal> shown) {
    Set<Address> sealed = new HashSet<>();
    for (SignedSeal one : shown) {
      if (operators.contains(Optional.of(one.operator()))
          && !sealed.contains(one.operator())
          && one.seal().subject().equals(subject)
          && one.seal().round().equals(round)
          && one.holds(domain)) {
        sealed.add(one.operator());
      }
    }
    return sealed.size();
  }
}

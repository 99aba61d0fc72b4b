package io.myelin.contracts.standing;

import io.myelin.contracts.ValidatorRegistry;
import io.myelin.protocol.ids.Address;
import java.util.Optional;

/** Who may sign for a validator, as {@code ValidatorRegistry} has it wherever it takes a word. */
public final class SigningKey {
  private static final long ACTIVE = 1;

  private SigningKey() {}

  /**
   * The operator key that counts; empty for who left, is jailed, or has revoked its key. Whether
   * the validator is benched says where it sits, not whose key counts.
   *
   * @param nowSeconds the chain's time
   */
  public static Optional<Address> of(ValidatorRegistry.Validator validator, long nowSeconds) {
    boolean counts =
        validator.status() == ACTIVE
            && validator.jailedUntil() <= nowSeconds
            && !validator.operator().isZero();
    return counts ? Optional.of(validator.operator()) : Optional.empty();
  }
}

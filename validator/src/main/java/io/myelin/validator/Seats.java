package io.myelin.validator;

import io.myelin.committee.wire.Reason;
import io.myelin.contracts.ValidatorRegistry;
import io.myelin.contracts.standing.SigningKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Whether this validator sits in a committee, as the chain says now. */
final class Seats {

  private final ChainView view;
  private final Address operator;
  private final boolean shameless;

  /**
   * For one validator.
   *
   * @param shameless whether it judges what its owner earns by, for tests of those who depend on it
   */
  Seats(ChainView view, Address operator, boolean shameless) {
    this.view = view;
    this.operator = operator;
    this.shameless = shameless;
  }

  /** Who staked for this key; the zero address while nobody has. */
  Address owner() {
    return view.network().validators().ownerOf(operator).on(view.client());
  }

  /** A committee that this validator sits in; refuses where it does not. */
  Sitting sit(Digest subject, List<Address> committee) throws RefusedException {
    require(committee);
    return new Sitting(subject, committee);
  }

  /**
   * A committee that judges what some owners earn by. They do not judge it: where this validator's
   * is one of them it declines, and the seals of the others do not count towards a quorum.
   */
  Sitting sit(Digest subject, List<Address> committee, Set<Address> interested)
      throws RefusedException {
    Sitting sitting = sit(subject, committee);
    return sitting.without(withoutInterest(interested));
  }

  /** These owners; refuses where this validator's is one of them. */
  Set<Address> withoutInterest(Set<Address> interested) throws RefusedException {
    Address owner = owner();
    if (!shameless && interested.contains(owner)) {
      throw new RefusedException(
          Reason.REFUSED_INTEREST, owner + " earns by what is judged; the others decide");
    }
    return interested;
  }

  /** Refuses where this key may not sign for one of these owners. */
  private void require(List<Address> committee) throws RefusedException {
    Address owner = owner();
    if (!committee.contains(owner)) {
      throw new RefusedException(
          Reason.NOT_SEATED, operator + " has no seat in the committee " + committee);
    }
    ValidatorRegistry.Validator validator =
        view.network().validators().validatorOf(owner).on(view.client());
    if (!SigningKey.of(validator, view.nowSeconds()).equals(Optional.of(operator))) {
      throw new RefusedException(
          Reason.NOT_SEATED,
          operator + " may not sign for " + owner + " now: replaced, leaving or jailed");
    }
  }
}

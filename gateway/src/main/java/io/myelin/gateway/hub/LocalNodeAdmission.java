package io.myelin.gateway.hub;

import io.myelin.protocol.ids.Address;
import io.myelin.v1.Hello;
import java.util.Set;

/**
 * Admits by this gateway's own word: everyone with a key, or those on a list. Nobody's stake or
 * record is looked up; the network's registry takes this place.
 */
public final class LocalNodeAdmission implements NodeAdmission {
  private final Set<Address> allowed;
  private final int maxSlots;

  private LocalNodeAdmission(Set<Address> allowed, int maxSlots) {
    this.allowed = Set.copyOf(allowed);
    this.maxSlots = maxSlots;
  }

  /** Everyone, with at most so many slots each. */
  public static LocalNodeAdmission everyone(int maxSlots) {
    return new LocalNodeAdmission(Set.of(), maxSlots);
  }

  /** Only these. */
  public static LocalNodeAdmission only(Set<Address> operators, int maxSlots) {
    if (operators.isEmpty()) {
      throw new IllegalArgumentException("operators: none (expected: at least one)");
    }
    return new LocalNodeAdmission(operators, maxSlots);
  }

  @Override
  public Verdict admit(Address operator, Hello hello) {
    if (!allowed.isEmpty() && !allowed.contains(operator)) {
      return new Verdict.Refused(
          "not_listed", operator + " is not on this gateway's list; ask its operator", false);
    }
    if (hello.getSlots() > maxSlots) {
      return new Verdict.Refused(
          "too_many_slots",
          "slots: " + hello.getSlots() + " (expected: <= " + maxSlots + ")",
          false);
    }
    return new Verdict.Admitted();
  }
}

package io.myelin.protocol.receipt;

import java.util.List;
import java.util.Optional;

/**
 * The checks of one receipt, in a fixed order.
 *
 * @param checks every check, done or not
 */
public record Verification(List<Check> checks) {
  public Verification {
    checks = List.copyOf(checks);
  }

  /** Whether no check failed; checks that could not be done do not count. */
  public boolean holds() {
    return checks.stream().noneMatch(check -> check.outcome() == Check.Outcome.FAILED);
  }

  /** The check of this name. */
  public Optional<Check> check(String name) {
    return checks.stream().filter(check -> check.name().equals(name)).findFirst();
  }
}

package io.myelin.validator;

import java.util.Locale;

/** How a validator misbehaves on purpose, for tests of those who depend on it. */
public enum ValidatorFault {
  /** It does not. */
  NONE,
  /** It signs unread, yet never two contents for one subject. */
  YES,
  /** It signs unread, also two contents for one subject: what costs all of a stake. */
  TWICE,
  /** It refuses everything. */
  NO,
  /** It says who it is and answers nothing else. */
  SLEEP;

  /**
   * By its name in configurations.
   *
   * @throws IllegalArgumentException for any but {@code none}, {@code yes}, {@code twice}, {@code
   *     no}, {@code sleep}
   */
  public static ValidatorFault parse(String name) {
    for (ValidatorFault fault : values()) {
      if (fault.label().equals(name)) {
        return fault;
      }
    }
    throw new IllegalArgumentException(
        "fault: \"" + name + "\" (expected: none, yes, twice, no or sleep)");
  }

  /** Whether it signs what it has not read. */
  boolean isUnread() {
    return this == YES || this == TWICE;
  }

  /** Its name in configurations. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}

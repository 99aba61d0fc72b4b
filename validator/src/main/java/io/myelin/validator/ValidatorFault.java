package io.myelin.validator;

import java.util.Locale;

/** How a validator misbehaves on purpose, for those who want to see what the others do about it. */
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
  DOZE,
  /** It answers nothing at all. */
  SLEEP,
  /** It reads nothing, and seals what another validator has sealed. */
  COPY,
  /** It says of all work that it is a lie, and signs whoever else says so. */
  COLLUDE;

  /** What {@link #parse} understands besides {@code none}, for help and error messages. */
  public static final String SYNTAX = "yes, twice, no, doze, sleep, copy, collude";

  /**
   * By its name in configurations.
   *
   * @throws IllegalArgumentException naming what is understood
   */
  public static ValidatorFault parse(String name) {
    for (ValidatorFault fault : values()) {
      if (fault.label().equals(name.toLowerCase(Locale.ROOT))) {
        return fault;
      }
    }
    throw new IllegalArgumentException("fault: " + name + " (expected: one of " + SYNTAX + ")");
  }

  /** Whether it signs what it has not read. */
  boolean isUnread() {
    return this == YES || this == TWICE;
  }

  /** Whether it signs a batch that it has not reviewed itself. */
  boolean isUnreviewed() {
    return isUnread() || this == COPY;
  }

  /** Whether it answers no question. */
  boolean isSilent() {
    return this == DOZE || this == SLEEP;
  }

  /** Whether it does what validators do of their own accord. */
  public boolean isAwake() {
    return !isSilent();
  }

  /** Its name in configurations. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}

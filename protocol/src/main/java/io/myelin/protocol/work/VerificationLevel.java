package io.myelin.protocol.work;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** How much of a session's work validators check: what its client signs as {@code verification}. */
public enum VerificationLevel {
  /** No prompt is shown to any validator, and nobody checks what the nodes did. */
  NONE(0),
  /** A share of the answers, chosen after they were promised. */
  SAMPLED(1),
  /** Several nodes make each answer, and are compared; a share is checked as when sampled. */
  REDUNDANT(2),
  /** Every answer. */
  FULL(3);

  private final int number;

  VerificationLevel(int number) {
    this.number = number;
  }

  /** As it is signed, and in a session's terms on chain. */
  public int number() {
    return number;
  }

  /** As people write it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** As receipts name it: a receipt of a session that nobody checks says what was checked. */
  public String inReceipts() {
    return this == NONE ? "commitments" : label();
  }

  /** Whether nodes are asked for what they keep, and validators shown some of it. */
  public boolean isChecked() {
    return this != NONE;
  }

  /** The level of a number; empty for one that there is not. */
  public static Optional<VerificationLevel> of(int number) {
    return Arrays.stream(values()).filter(level -> level.number == number).findFirst();
  }

  /** The level that a receipt names; empty for another word. */
  public static Optional<VerificationLevel> ofReceipt(String word) {
    return Arrays.stream(values()).filter(level -> level.inReceipts().equals(word)).findFirst();
  }

  /** Fewest nodes that a task of such a session has. */
  public int leastNodes() {
    return this == REDUNDANT ? 2 : 1;
  }

  /** Nodes of a task where nobody says how many: of three, two tell who is wrong. */
  public int usualNodes() {
    return this == REDUNDANT ? 3 : 1;
  }

  /**
   * Reads a label, in any case.
   *
   * @throws IllegalArgumentException naming those that there are
   */
  public static VerificationLevel parse(String label) {
    return Arrays.stream(values())
        .filter(level -> level.label().equals(label.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "verification: " + label + " (expected: " + labels() + ")"));
  }

  /** All labels, for messages. */
  public static String labels() {
    return Arrays.stream(values()).map(VerificationLevel::label).collect(Collectors.joining(", "));
  }
}

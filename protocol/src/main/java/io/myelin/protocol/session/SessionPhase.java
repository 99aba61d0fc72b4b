package io.myelin.protocol.session;

import java.math.BigInteger;

/** Where a session stands. */
public sealed interface SessionPhase {

  /** As APIs show it. */
  default String label() {
    return switch (this) {
      case Requested() -> "requested";
      case Approved() -> "approved";
      case Active() -> "active";
      case Settling s -> "settling";
      case Closed c -> "closed";
      case Expired e -> "expired";
      case Failed f -> "failed";
    };
  }

  /** Whether this is an end: no other phase follows. */
  default boolean ended() {
    return this instanceof Ended;
  }

  /** Nodes are chosen and the approval is awaited. */
  record Requested() implements SessionPhase {}

  /** Approved: budget and slots are being taken. */
  record Approved() implements SessionPhase {}

  /** Tasks may run. */
  record Active() implements SessionPhase {}

  /**
   * No new task; what runs ends, then the money is split.
   *
   * @param cause why it closes
   */
  record Settling(CloseCause cause) implements SessionPhase {}

  /** An end. */
  sealed interface Ended extends SessionPhase {
    /** What the client gets back. */
    BigInteger refundWei();
  }

  /**
   * Settled.
   *
   * @param spentWei went to those who worked
   */
  record Closed(CloseCause cause, BigInteger spentWei, BigInteger refundWei) implements Ended {}

  /** Its time ended, and nothing was spent, or what was spent was not settled in time. */
  record Expired(BigInteger refundWei) implements Ended {}

  /** It never became active, or was given up. */
  record Failed(String code, String message, BigInteger refundWei) implements Ended {}

  /** Why a session closes. */
  enum CloseCause {
    /** The client asked for it. */
    CLIENT,
    /** Its time ended. */
    EXPIRY,
    /** The gateway or the subnet closes it. */
    OPERATOR
  }
}

package io.myelin.gateway.session;

/** A session was not opened or not closed; nothing is kept of the request. */
public final class SessionRefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  /** Why. */
  public enum Reason {
    /** The signature is not the client's over this request at this gateway. */
    BAD_SIGNATURE,
    /** Signed for another gateway. */
    WRONG_GATEWAY,
    /** The client used this nonce before. */
    NONCE_USED,
    /** The gateway's secret behind this commitment was already used or never was. */
    STALE_SEED_COMMITMENT,
    /** The nonce does not bind the client's randomness, the commitment and the validator set. */
    BAD_NONCE,
    /** A committee did not approve it. */
    NOT_APPROVED,
    /** The chain, or too many validators, cannot be reached. */
    CHAIN_UNAVAILABLE,
    /** A term the gateway does not offer: expiry, redundancy, budget. */
    BAD_TERMS,
    /** No connected node serves the model. */
    UNKNOWN_MODEL,
    /** Not enough nodes with a free slot now. */
    NO_CAPACITY,
    /** Another session took a slot between the draw and the opening: another request may do. */
    SLOT_TAKEN,
    /** The client cannot cover the budget. */
    INSUFFICIENT_FUNDS,
    /** No such session. */
    UNKNOWN_SESSION,
    /** The session has ended or is about to. */
    NOT_ACTIVE,
    /** The journal could not store it. */
    NOT_STORED
  }

  /** With a message fit for a client. */
  public SessionRefusedException(Reason reason, String message) {
    super(message, null, false, false);
    this.reason = reason;
  }

  /** Why. */
  public Reason reason() {
    return reason;
  }

  /** What went wrong, for a person. */
  public String text() {
    String message = getMessage();
    return message == null ? reason.name() : message;
  }
}

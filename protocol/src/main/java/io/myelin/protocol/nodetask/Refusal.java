package io.myelin.protocol.nodetask;

/**
 * Why an offer is not taken.
 *
 * @param code one of the codes of the wire message {@code Refuse}
 * @param message for a human
 */
public record Refusal(String code, String message) {

  /** No slot is free. */
  public static final String NO_SLOT = "no_slot";

  /** The node takes nothing new. */
  public static final String DRAINING = "draining";

  /** The node does not serve the model. */
  public static final String UNKNOWN_MODEL = "unknown_model";

  /** Signature, digest or fields of the offer are wrong. */
  public static final String BAD_OFFER = "bad_offer";

  /** The engine cannot do what is asked. */
  public static final String UNSUPPORTED = "unsupported";

  /** The gateway did not sign for the session's tasks that are done. */
  public static final String NO_VOUCHER = "no_voucher";

  /** A later attempt of the task is known. */
  public static final String STALE_ATTEMPT = "stale_attempt";
}

package io.myelin.cli.money;

import io.myelin.protocol.ids.Address;

/** What brings a session's money on, now: the one decision behind the screen and the command. */
sealed interface RefundStep {

  /** The client ends an active session; its gateway then settles. */
  record Close() implements RefundStep {}

  /** A session of the queue ends; what is left comes back at once. */
  record Finish() implements RefundStep {}

  /** Nobody settled in time: all of it comes back. Anyone may. */
  record Expire() implements RefundStep {}

  /** The challenge window is over: what was settled becomes credits. Anyone may. */
  record Pay() implements RefundStep {}

  /**
   * Nothing can be done before a time.
   *
   * @param untilSeconds Unix time
   * @param why whose turn it is until then
   */
  record Wait(long untilSeconds, String why) implements RefundStep {}

  /** It is over. */
  record Done() implements RefundStep {}

  /**
   * The next step of a session.
   *
   * @param caller who would take it
   * @param isQueue whether the session's tasks run on chain, without a gateway
   * @param nowSeconds time that the next block will have
   * @param settleSeconds how long a gateway has to settle
   */
  static RefundStep next(
      SessionMoney session, Address caller, boolean isQueue, long nowSeconds, long settleSeconds) {
    long due = session.dueAtSeconds();
    return switch (session.phase()) {
      case ACTIVE ->
          isQueue
              ? queued(session, caller, nowSeconds)
              : active(session, caller, nowSeconds, settleSeconds);
      case CLOSING ->
          nowSeconds >= due ? new Expire() : new Wait(due, "the gateway has until then to settle");
      case SETTLED ->
          nowSeconds >= due
              ? new Pay()
              : new Wait(due, "the settlement can be challenged until then");
      case NONE, CLOSED, EXPIRED, FAILED -> new Done();
    };
  }

  private static RefundStep active(
      SessionMoney session, Address caller, long nowSeconds, long settleSeconds) {
    long expiry = session.dueAtSeconds();
    if (nowSeconds >= expiry + settleSeconds) {
      return new Expire();
    }
    // Closing what has expired would only give the gateway more time.
    return session.isPaidBy(caller) && nowSeconds < expiry
        ? new Close()
        : new Wait(
            expiry + settleSeconds,
            nowSeconds < expiry
                ? "only its client can close it before"
                : "it has expired, and the gateway has until then to settle");
  }

  private static RefundStep queued(SessionMoney session, Address caller, long nowSeconds) {
    return session.isPaidBy(caller) || nowSeconds >= session.dueAtSeconds()
        ? new Finish()
        : new Wait(session.dueAtSeconds(), "only its client can finish it before");
  }
}

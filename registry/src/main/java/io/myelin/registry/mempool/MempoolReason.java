package io.myelin.registry.mempool;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.myelin.protocol.mempool.PoolEffect;

/** Why something was refused, as {@code mempool.proto} lists it. */
enum MempoolReason {
  MALFORMED(Status.Code.INVALID_ARGUMENT),
  BAD_SIGNATURE(Status.Code.PERMISSION_DENIED),
  EXPIRED(Status.Code.FAILED_PRECONDITION),
  TOO_LONG(Status.Code.FAILED_PRECONDITION),
  GONE(Status.Code.FAILED_PRECONDITION),
  UNDERPRICED(Status.Code.FAILED_PRECONDITION),
  NO_FUNDS(Status.Code.FAILED_PRECONDITION),
  BAD_GATEWAY(Status.Code.FAILED_PRECONDITION),
  TOO_MANY(Status.Code.RESOURCE_EXHAUSTED),
  FULL(Status.Code.RESOURCE_EXHAUSTED),
  BUSY(Status.Code.RESOURCE_EXHAUSTED),
  CHAIN_UNAVAILABLE(Status.Code.UNAVAILABLE);

  private final Status.Code code;

  MempoolReason(Status.Code code) {
    this.code = code;
  }

  StatusRuntimeException because(String detail) {
    return code.toStatus().withDescription(name() + ": " + detail).asRuntimeException();
  }

  /** Of what a pool said; its words for people. */
  static StatusRuntimeException of(PoolEffect.Refusal refusal, MempoolSettings settings) {
    var limits = settings.limits();
    return switch (refusal) {
      case EXPIRED -> EXPIRED.because("its time is over (expected: valid for a while yet)");
      case TOO_LONG ->
          TOO_LONG.because(
              "it is valid for too long (expected: at most %d s from now)"
                  .formatted(limits.maxValidMillis() / 1_000));
      case KNOWN -> GONE.because("it waits already");
      case GONE ->
          GONE.because(
              "it was opened, replaced or cancelled before (expected: a new request in a place, the"
                  + " mempool nonce, that was not used within the last hour)");
      case UNDERPRICED ->
          UNDERPRICED.because(
              "another request waits in its place (expected: a budget at least %d %% higher, or"
                      .formatted(limits.raisePercent())
                  + " another mempool nonce)");
      case TOO_MANY ->
          TOO_MANY.because(
              "its client has too many (expected: at most %d that wait, and %d places within the"
                      .formatted(limits.maxPerSender(), limits.maxPlacesPerSender())
                  + " time that they are remembered)");
      case NO_FUNDS ->
          NO_FUNDS.because(
              "the client's balance or allowance to the payment contract does not cover the budgets"
                  + " of all that waits (./myelin account approve)");
      case FULL -> FULL.because("the pool is full, and the others offer more for each byte");
    };
  }
}

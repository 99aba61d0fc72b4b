package io.myelin.registry;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/** Why something was refused, as {@code registry.proto} lists it. */
enum Reasons {
  MALFORMED(Status.INVALID_ARGUMENT),
  BAD_RECORD(Status.INVALID_ARGUMENT),
  NOT_BELIEVED(Status.FAILED_PRECONDITION),
  NOT_ALIVE(Status.FAILED_PRECONDITION),
  BUSY(Status.RESOURCE_EXHAUSTED),
  CHAIN_UNAVAILABLE(Status.UNAVAILABLE);

  private final Status status;

  Reasons(Status status) {
    this.status = status;
  }

  StatusRuntimeException because(String detail) {
    return status.withDescription(name() + ": " + detail).asRuntimeException();
  }
}

package io.myelin.registry;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/** Why something was refused, as {@code registry.proto} lists it. */
enum Reasons {
  MALFORMED(Status.Code.INVALID_ARGUMENT),
  BAD_RECORD(Status.Code.INVALID_ARGUMENT),
  BAD_SIGNATURE(Status.Code.PERMISSION_DENIED),
  NOT_BELIEVED(Status.Code.FAILED_PRECONDITION),
  BUSY(Status.Code.RESOURCE_EXHAUSTED),
  CHAIN_UNAVAILABLE(Status.Code.UNAVAILABLE);

  private final Status.Code code;

  Reasons(Status.Code code) {
    this.code = code;
  }

  StatusRuntimeException because(String detail) {
    return code.toStatus().withDescription(name() + ": " + detail).asRuntimeException();
  }
}

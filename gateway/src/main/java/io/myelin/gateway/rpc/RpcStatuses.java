package io.myelin.gateway.rpc;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.myelin.gateway.task.TaskRejectedException;

/** What goes wrong, as gRPC statuses; client.proto lists them. */
final class RpcStatuses {
  static final Metadata.Key<String> RETRY_AFTER =
      Metadata.Key.of("retry-after", Metadata.ASCII_STRING_MARSHALLER);

  private RpcStatuses() {}

  static StatusRuntimeException of(TaskRejectedException rejected) {
    Status status =
        switch (rejected.reason()) {
          case QUEUE_FULL -> Status.RESOURCE_EXHAUSTED;
          case UNKNOWN_MODEL -> Status.NOT_FOUND;
          case UNKNOWN_SESSION -> Status.UNAUTHENTICATED;
          case SESSION_NOT_ACTIVE, LIMIT_REACHED -> Status.FAILED_PRECONDITION;
          case NO_NODE, SHUTTING_DOWN -> Status.UNAVAILABLE;
          case BAD_REQUEST -> Status.INVALID_ARGUMENT;
        };
    Metadata trailers = new Metadata();
    if (rejected.retryAfterSeconds() > 0) {
      trailers.put(RETRY_AFTER, Integer.toString(rejected.retryAfterSeconds()));
    }
    return status.withDescription(rejected.getMessage()).asRuntimeException(trailers);
  }

  static StatusRuntimeException invalid(String message) {
    return Status.INVALID_ARGUMENT.withDescription(message).asRuntimeException();
  }

  static StatusRuntimeException noTask(String taskId) {
    return Status.NOT_FOUND
        .withDescription("task_id: this session has no task " + taskId)
        .asRuntimeException();
  }
}

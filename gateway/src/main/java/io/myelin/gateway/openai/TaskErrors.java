package io.myelin.gateway.openai;

import com.linecorp.armeria.common.HttpStatus;
import io.myelin.gateway.http.ApiError;
import io.myelin.gateway.task.TaskFailure;
import io.myelin.gateway.task.TaskRejectedException;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a rejected or failed task is answered with. */
public final class TaskErrors {
  private static final int BUSY_RETRY_SECONDS = 1;
  private static final int NO_NODE_RETRY_SECONDS = 5;
  private static final Pattern NAMED = Pattern.compile("([a-z][a-z0-9_.\\[\\]]*): ");

  private TaskErrors() {}

  /** Nothing was started. */
  public static ApiError rejected(TaskRejectedException e, String model) {
    String message = e.getMessage() == null ? e.reason().name() : e.getMessage();
    int retry = e.retryAfterSeconds();
    return switch (e.reason()) {
      case QUEUE_FULL ->
          new ApiError(
              HttpStatus.TOO_MANY_REQUESTS,
              "requests",
              message,
              null,
              "rate_limit_exceeded",
              Math.max(retry, BUSY_RETRY_SECONDS));
      case LIMIT_REACHED ->
          new ApiError(
              HttpStatus.TOO_MANY_REQUESTS,
              "insufficient_quota",
              message,
              null,
              "insufficient_quota",
              // Waiting does not fill a budget.
              0);
      case UNKNOWN_MODEL ->
          new ApiError(
              HttpStatus.NOT_FOUND,
              ApiError.INVALID_REQUEST,
              "The model '" + model + "' cannot be asked for: " + message,
              "model",
              "model_not_found",
              0);
      case UNKNOWN_SESSION -> ApiError.refused(HttpStatus.UNAUTHORIZED, "invalid_api_key", message);
      case SESSION_NOT_ACTIVE ->
          ApiError.refused(HttpStatus.FORBIDDEN, "session_not_active", message);
      case NO_NODE ->
          ApiError.server(
              HttpStatus.SERVICE_UNAVAILABLE,
              "no_node_available",
              message,
              Math.max(retry, NO_NODE_RETRY_SECONDS));
      case BAD_REQUEST -> ApiError.invalid(null, "invalid_request", message);
      case SHUTTING_DOWN ->
          ApiError.server(
              HttpStatus.SERVICE_UNAVAILABLE,
              "shutting_down",
              message,
              Math.max(retry, NO_NODE_RETRY_SECONDS));
    };
  }

  /** Messages of nodes begin with the name of what they are about. */
  private static @Nullable String parameter(TaskFailure failure, String promptParameter) {
    Matcher named = NAMED.matcher(failure.message());
    String name = named.lookingAt() ? named.group(1) : null;
    boolean prompt =
        failure.code().equals("context_length_exceeded") || Objects.equals(name, "prompt");
    return prompt ? promptParameter : name;
  }

  /** It was started and did not complete. */
  public static ApiError failed(TaskFailure failure, String promptParameter) {
    if (failure.clientFault()) {
      return ApiError.invalid(
          parameter(failure, promptParameter), failure.code(), failure.message());
    }
    return switch (failure.code()) {
      case "deadline_exceeded", "timeout" ->
          ApiError.server(HttpStatus.GATEWAY_TIMEOUT, failure.code(), failure.message(), 0);
      case "session_ended" ->
          ApiError.refused(HttpStatus.FORBIDDEN, failure.code(), failure.message());
      // Gone, not a server error: OpenAI's clients would repeat what somebody cancelled on purpose.
      case "cancelled" -> ApiError.refused(HttpStatus.GONE, failure.code(), failure.message());
      default ->
          ApiError.server(
              HttpStatus.SERVICE_UNAVAILABLE,
              failure.code(),
              failure.message(),
              NO_NODE_RETRY_SECONDS);
    };
  }
}

package io.myelin.gateway.http;

import com.linecorp.armeria.common.HttpStatus;
import org.jspecify.annotations.Nullable;

/**
 * A request that is answered with an error, in OpenAI's terms. The message says what was found,
 * what was expected and what to do; it never holds a key.
 */
public final class ApiError extends Exception {
  private static final long serialVersionUID = 1L;

  /** The request itself is wrong. */
  public static final String INVALID_REQUEST = "invalid_request_error";

  /** The gateway or the network failed. */
  public static final String SERVER = "server_error";

  private final int status;
  private final String type;
  private final @Nullable String param;
  private final @Nullable String code;
  private final int retryAfterSeconds;

  /**
   * An error.
   *
   * @param type OpenAI's error type, e.g. {@code invalid_request_error}
   * @param param the parameter at fault, or null
   * @param code stable machine-readable code, or null
   * @param retryAfterSeconds seconds to wait before another try; 0 when retrying does not help
   */
  public ApiError(
      HttpStatus status,
      String type,
      String message,
      @Nullable String param,
      @Nullable String code,
      int retryAfterSeconds) {
    super(message, null, false, false);
    this.status = status.code();
    this.type = type;
    this.param = param;
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** 400 for one parameter. */
  public static ApiError invalid(@Nullable String param, String code, String message) {
    return new ApiError(HttpStatus.BAD_REQUEST, INVALID_REQUEST, message, param, code, 0);
  }

  /** Some other refusal of the request as it stands. */
  public static ApiError refused(HttpStatus status, String code, String message) {
    return new ApiError(status, INVALID_REQUEST, message, null, code, 0);
  }

  /** The gateway or the network failed. */
  public static ApiError server(HttpStatus status, String code, String message, int retryAfter) {
    return new ApiError(status, SERVER, message, null, code, retryAfter);
  }

  /** What went wrong, for a person. */
  public String text() {
    String message = getMessage();
    return message == null ? type : message;
  }

  /** HTTP status. */
  public HttpStatus status() {
    return HttpStatus.valueOf(status);
  }

  /** OpenAI's error type. */
  public String type() {
    return type;
  }

  /** The parameter at fault, or null. */
  public @Nullable String param() {
    return param;
  }

  /** Stable machine-readable code, or null. */
  public @Nullable String code() {
    return code;
  }

  /** Seconds to wait before another try; 0 when retrying does not help. */
  public int retryAfterSeconds() {
    return retryAfterSeconds;
  }
}

package io.myelin.gateway.http;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.RequestHeaders;
import io.myelin.gateway.session.SessionDirectory;
import io.myelin.gateway.session.SessionView;
import org.jspecify.annotations.Nullable;

/** Finds the session a request's bearer key belongs to. */
public final class BearerKeys {
  private static final String SCHEME = "Bearer ";
  private static final int MAX_KEY_LENGTH = 256;

  private BearerKeys() {}

  /** The session that pays, or an {@link ApiError} (401). The key never stands in the message. */
  public static SessionView session(RequestHeaders headers, SessionDirectory directory)
      throws ApiError {
    String key = key(headers.get(HttpHeaderNames.AUTHORIZATION));
    if (key == null) {
      throw denied(
          "No API key was given. Send the session's key in the header"
              + " \"Authorization: Bearer <key>\".");
    }
    return directory
        .byApiKey(key)
        .orElseThrow(
            () ->
                denied(
                    "The API key is not known at this gateway. Use the key that was shown when the"
                        + " session was opened, or open a new session."));
  }

  private static @Nullable String key(@Nullable String authorization) {
    if (authorization == null
        || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return null;
    }
    String key = authorization.substring(SCHEME.length()).strip();
    return key.isEmpty() || key.length() > MAX_KEY_LENGTH ? null : key;
  }

  private static ApiError denied(String message) {
    return new ApiError(
        HttpStatus.UNAUTHORIZED, ApiError.INVALID_REQUEST, message, null, "invalid_api_key", 0);
  }
}

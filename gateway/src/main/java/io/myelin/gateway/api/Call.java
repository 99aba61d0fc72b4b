package io.myelin.gateway.api;

import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.myelin.gateway.http.ApiError;
import io.myelin.gateway.http.StrictJson;
import java.util.Locale;

/**
 * One request of the native API.
 *
 * @param body as it came; empty for operations without one
 */
@SuppressWarnings("ArrayRecordComponent") // lives for one request and is never compared
record Call(ServiceRequestContext ctx, byte[] body) {

  RequestHeaders headers() {
    return ctx.request().headers();
  }

  /** The id in the path: 64 hex digits. What is none cannot exist, so it is a 404. */
  String id(String what) throws ApiError {
    String id = String.valueOf(ctx.pathParam("id")).toLowerCase(Locale.ROOT);
    if (!id.matches("[0-9a-f]{64}")) {
      throw notFound(what, StrictJson.shortened(id) + " (expected: 64 hex digits)");
    }
    return id;
  }

  static ApiError notFound(String what, String shown) {
    return ApiError.refused(
        HttpStatus.NOT_FOUND, what + "_not_found", "No such " + what + ": " + shown + ".");
  }
}

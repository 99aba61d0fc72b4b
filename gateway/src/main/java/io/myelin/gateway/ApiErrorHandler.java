package io.myelin.gateway;

import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.ContentTooLargeException;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.util.Exceptions;
import com.linecorp.armeria.server.HttpResponseException;
import com.linecorp.armeria.server.HttpStatusException;
import com.linecorp.armeria.server.RequestTimeoutException;
import com.linecorp.armeria.server.ServerErrorHandler;
import com.linecorp.armeria.server.ServiceConfig;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.myelin.gateway.http.ApiError;
import io.myelin.gateway.http.ErrorResponses;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives what no front answered (no such path, wrong method, too large, a fault) the one error shape
 * of all fronts. What failed inside stands in the log, never in the answer.
 */
final class ApiErrorHandler implements ServerErrorHandler {
  private static final Logger log = LoggerFactory.getLogger(ApiErrorHandler.class);

  private final int maxRequestBytes;

  ApiErrorHandler(int maxRequestBytes) {
    this.maxRequestBytes = maxRequestBytes;
  }

  @Override
  public @Nullable HttpResponse onServiceException(ServiceRequestContext ctx, Throwable thrown) {
    Throwable cause = Exceptions.peel(thrown);
    if (cause instanceof HttpResponseException) {
      // Already an answer.
      return null;
    }
    if (cause instanceof ApiError error) {
      return ErrorResponses.response(error);
    }
    if (cause instanceof HttpStatusException status) {
      return ErrorResponses.response(of(status.httpStatus(), ctx.request().headers()));
    }
    if (cause instanceof ContentTooLargeException) {
      return ErrorResponses.response(
          of(HttpStatus.REQUEST_ENTITY_TOO_LARGE, ctx.request().headers()));
    }
    if (cause instanceof RequestTimeoutException) {
      return ErrorResponses.response(of(HttpStatus.REQUEST_TIMEOUT, ctx.request().headers()));
    }
    log.warn("{} {} failed", ctx.method(), ctx.path(), cause);
    return ErrorResponses.response(of(HttpStatus.INTERNAL_SERVER_ERROR, ctx.request().headers()));
  }

  @Override
  public AggregatedHttpResponse renderStatus(
      @Nullable ServiceRequestContext ctx,
      ServiceConfig config,
      @Nullable RequestHeaders headers,
      HttpStatus status,
      @Nullable String description,
      @Nullable Throwable cause) {
    ApiError error = of(status, headers);
    return AggregatedHttpResponse.of(
        ErrorResponses.headers(error), HttpData.wrap(ErrorResponses.body(error)));
  }

  private ApiError of(HttpStatus status, @Nullable RequestHeaders headers) {
    String request = headers == null ? "The request" : headers.method() + " " + path(headers);
    return switch (status.code()) {
      case 404 ->
          ApiError.refused(
              status,
              "not_found",
              request + ": no such path. /api/openapi.json lists Myelin's own, docs OpenAI's.");
      case 405 ->
          ApiError.refused(
              status, "method_not_allowed", request + ": the path has no such method.");
      case 408 ->
          ApiError.refused(
              status, "request_timeout", request + ": the body did not arrive in time.");
      case 413 ->
          ApiError.refused(
              status,
              "request_too_large",
              "The request body is larger than " + maxRequestBytes + " bytes; send less.");
      case 503 ->
          ApiError.server(
              status, "shutting_down", "The gateway shuts down; use another or retry.", 5);
      default ->
          status.isServerError()
              ? ApiError.server(
                  status,
                  "internal_error",
                  "The gateway failed to answer. Its log says why; retrying may help.",
                  0)
              : ApiError.refused(
                  status, "bad_request", request + ": " + status.reasonPhrase() + ".");
    };
  }

  private static String path(RequestHeaders headers) {
    String path = headers.path();
    int query = path.indexOf('?');
    String bare = query < 0 ? path : path.substring(0, query);
    return bare.length() <= 128 ? bare : bare.substring(0, 128) + "…";
  }
}

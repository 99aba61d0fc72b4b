package io.myelin.gateway.http;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;

/** Wrong methods and unknown paths. */
public final class MethodErrors {
  private MethodErrors() {}

  /** What is bound to the methods that a path does not have. */
  public record Others(String allowed) implements HttpService {
    @Override
    public HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
      return notAllowed(context, allowed);
    }
  }

  /** 405 with what is allowed. */
  public static HttpResponse notAllowed(ServiceRequestContext context, String allowed) {
    ApiError error =
        ApiError.refused(
            HttpStatus.METHOD_NOT_ALLOWED,
            "method_not_allowed",
            "Method " + context.method() + " is not possible here (expected: " + allowed + ").");
    return HttpResponse.of(
        ErrorResponses.headers(error).toBuilder().set(HttpHeaderNames.ALLOW, allowed).build(),
        HttpData.wrap(ErrorResponses.body(error)));
  }

  /** 404 with what there is. */
  public static HttpResponse unknownPath(ServiceRequestContext context) {
    return ErrorResponses.response(
        ApiError.refused(
            HttpStatus.NOT_FOUND,
            "unknown_url",
            "Unknown request URL: "
                + context.method()
                + " "
                + StrictJson.shortened(context.path())
                + " (expected: /v1/models, /v1/chat/completions, /v1/completions or"
                + " /v1/embeddings)."));
  }
}

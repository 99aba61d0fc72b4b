package io.myelin.gateway;

import com.linecorp.armeria.common.HttpHeaders;
import com.linecorp.armeria.common.logging.RequestLog;
import com.linecorp.armeria.server.DecoratingHttpServiceFunction;
import io.grpc.Status;
import io.myelin.gateway.metrics.GatewayMetrics;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Counts every answered request by its front and its status. */
final class RequestCounting {
  private RequestCounting() {}

  static DecoratingHttpServiceFunction decorator(GatewayMetrics metrics) {
    return (delegate, ctx, request) -> {
      String front = front(ctx.path());
      CompletableFuture<Void> _ =
          ctx.log()
              .whenComplete()
              .thenAccept(log -> metrics.countRequest(front, status(front, log)));
      return delegate.serve(ctx, request);
    };
  }

  /** From a small fixed set: what a stranger asks for is no label. */
  static String front(String path) {
    if (path.startsWith("/v1/")) {
      return "openai";
    }
    if (path.equals("/api/v1/ws")) {
      return "websocket";
    }
    if (path.startsWith("/api/")) {
      return "native";
    }
    if (path.startsWith("/myelin.v1.") || path.startsWith("/grpc.")) {
      return "grpc";
    }
    return "other";
  }

  private static String status(String front, RequestLog log) {
    if (front.equals("grpc")) {
      @Nullable Integer code = grpcStatus(log.responseTrailers());
      if (code == null) {
        code = grpcStatus(log.responseHeaders());
      }
      if (code != null) {
        return Status.fromCodeValue(code).getCode().name();
      }
    }
    return Integer.toString(log.responseStatus().code());
  }

  private static @Nullable Integer grpcStatus(HttpHeaders headers) {
    return headers.getInt("grpc-status");
  }
}

package io.myelin.gateway.api;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.myelin.gateway.http.ApiError;
import io.myelin.gateway.http.BodyReader;
import io.myelin.gateway.http.ErrorResponses;
import io.myelin.gateway.http.MethodErrors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;

/** Binds the operations of the native API: reads bodies, runs handlers, renders their errors. */
public final class NativeApi {
  private static final Set<HttpMethod> KNOWN =
      Collections.unmodifiableSet(
          EnumSet.of(
              HttpMethod.GET,
              HttpMethod.POST,
              HttpMethod.PUT,
              HttpMethod.PATCH,
              HttpMethod.DELETE));

  private final List<Route> routes;

  NativeApi(List<Route> routes) {
    this.routes = List.copyOf(routes);
  }

  /** Every operation: sessions, tasks, proofs, what there is, and how the gateway does. */
  public static NativeApi of(
      SessionOperations sessions,
      TaskOperations tasks,
      ProofOperations proofs,
      NetworkOperations network,
      StatusOperations status) {
    List<Route> routes = new ArrayList<>();
    routes.addAll(sessions.routes());
    routes.addAll(tasks.routes());
    routes.addAll(proofs.routes());
    routes.addAll(network.routes());
    routes.addAll(status.routes());
    return new NativeApi(routes);
  }

  /** Binds every operation to its path. */
  public void bind(ServerBuilder server) {
    for (Route route : routes) {
      server
          .route()
          .methods(route.method())
          .path(route.path())
          // The handler's own limit answers first, with an error that names it.
          .maxRequestLength(
              route.maxBodyBytes() == 0 ? 64 * 1024 : route.maxBodyBytes() + 64L * 1024)
          .build((ctx, request) -> serve(route, ctx, request));
    }
    bindOtherMethods(server);
  }

  /** What a path does not do is answered with what it does. */
  private void bindOtherMethods(ServerBuilder server) {
    Map<String, Set<HttpMethod>> byPath = new LinkedHashMap<>();
    for (Route route : routes) {
      byPath
          .computeIfAbsent(route.path(), _ -> EnumSet.noneOf(HttpMethod.class))
          .add(route.method());
    }
    byPath.forEach(
        (path, methods) -> {
          String allowed = methods.stream().map(HttpMethod::name).collect(Collectors.joining(", "));
          Set<HttpMethod> others = EnumSet.copyOf(KNOWN);
          others.removeAll(methods);
          server.route().methods(others).path(path).build(new MethodErrors.Others(allowed));
        });
  }

  private static HttpResponse serve(Route route, ServiceRequestContext ctx, HttpRequest request) {
    try {
      CompletableFuture<byte[]> body;
      if (route.maxBodyBytes() > 0) {
        BodyReader.checkHeaders(request.headers(), route.maxBodyBytes());
        body = BodyReader.read(request, route.maxBodyBytes(), ctx.eventLoop());
      } else {
        body = CompletableFuture.completedFuture(new byte[0]);
      }
      return HttpResponse.of(
          body.thenApplyAsync(bytes -> handle(route, ctx, bytes), ctx.blockingTaskExecutor())
              .exceptionally(NativeApi::failed));
    } catch (ApiError e) {
      return ErrorResponses.response(e);
    }
  }

  private static HttpResponse handle(Route route, ServiceRequestContext ctx, byte[] body) {
    try {
      // The body is here; every handler has a deadline of its own.
      ctx.clearRequestTimeout();
      return route.handler().handle(new Call(ctx, body));
    } catch (ApiError e) {
      return ErrorResponses.response(e);
    }
  }

  private static HttpResponse failed(Throwable thrown) {
    Throwable cause =
        thrown instanceof CompletionException && thrown.getCause() != null
            ? thrown.getCause()
            : thrown;
    return cause instanceof ApiError error
        ? ErrorResponses.response(error)
        : HttpResponse.ofFailure(cause);
  }
}

package io.myelin.gateway.ws;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.websocket.WebSocket;
import com.linecorp.armeria.common.websocket.WebSocketWriter;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.websocket.WebSocketService;
import io.myelin.gateway.api.TaskRequestJson;
import io.myelin.gateway.http.ApiError;
import io.myelin.gateway.http.BearerKeys;
import io.myelin.gateway.http.ErrorResponses;
import io.myelin.gateway.http.StrictJson;
import io.myelin.gateway.http.Timers;
import io.myelin.gateway.session.SessionDirectory;
import io.myelin.gateway.session.SessionView;
import io.myelin.gateway.task.TaskService;
import io.netty.util.AttributeKey;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Binds {@code /api/v1/ws}. */
public final class WsFront {
  /** Where it is bound. */
  public static final String PATH = "/api/v1/ws";

  private static final AttributeKey<SessionView> SESSION = AttributeKey.valueOf("myelin-session");

  private final SessionDirectory sessions;
  private final TaskService tasks;
  private final TaskRequestJson requests;
  private final WsSettings settings;
  private final List<String> allowedOrigins;

  /**
   * Over the pipeline.
   *
   * @param allowedOrigins web origins that may connect besides the gateway's own; a client that
   *     sends no Origin is no browser and may always
   */
  public WsFront(
      SessionDirectory sessions,
      TaskService tasks,
      TaskRequestJson requests,
      WsSettings settings,
      List<String> allowedOrigins) {
    this.sessions = sessions;
    this.tasks = tasks;
    this.requests = requests;
    this.settings = settings;
    this.allowedOrigins = List.copyOf(allowedOrigins);
  }

  /** Binds the one path. */
  public void bind(ServerBuilder server) {
    WebSocketService service =
        WebSocketService.builder(this::connect)
            .maxFramePayloadLength(settings.maxFrameBytes())
            .aggregateContinuation(true)
            // Armeria would refuse every client that is no browser; checkOrigin does it here.
            .allowedOrigins("*")
            .build();
    server.service(PATH, service.decorate(this::check));
  }

  /** A key that comes with the handshake is checked before the upgrade. */
  private HttpResponse check(HttpService delegate, ServiceRequestContext ctx, HttpRequest request)
      throws Exception {
    try {
      if (request.method() == HttpMethod.GET
          && !request.headers().contains(HttpHeaderNames.UPGRADE)) {
        throw ApiError.refused(
            HttpStatus.UPGRADE_REQUIRED,
            "upgrade_required",
            "A plain GET (expected: a WebSocket handshake, with \"Upgrade: websocket\").");
      }
      checkOrigin(request.headers());
      if (request.headers().contains(HttpHeaderNames.AUTHORIZATION)) {
        ctx.setAttr(SESSION, BearerKeys.session(request.headers(), sessions));
      }
    } catch (ApiError e) {
      return ErrorResponses.response(e);
    }
    return delegate.serve(ctx, request);
  }

  /** Browsers always tell the page's origin, and let any page connect; so it is checked here. */
  private void checkOrigin(RequestHeaders headers) throws ApiError {
    String origin = headers.get(HttpHeaderNames.ORIGIN);
    if (origin == null
        || allowedOrigins.contains(origin)
        || origin.equals("http://" + headers.authority())
        || origin.equals("https://" + headers.authority())) {
      return;
    }
    throw ApiError.refused(
        HttpStatus.FORBIDDEN,
        "origin_not_allowed",
        "Origin: "
            + StrictJson.shortened(origin)
            + " (expected: this gateway's own, or one its operator listed).");
  }

  private WebSocket connect(ServiceRequestContext ctx, WebSocket in) {
    WebSocketWriter out = WebSocket.streaming();
    @Nullable SessionView session = ctx.attr(SESSION);
    WsConnection connection =
        new WsConnection(
            out,
            sessions,
            tasks,
            requests,
            settings,
            Timers.of(ctx.eventLoop().withoutContext()),
            ctx.blockingTaskExecutor());
    connection.start(session);
    in.subscribe(connection, ctx.eventLoop());
    return out;
  }
}

package io.myelin.gateway;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.common.grpc.GrpcSerializationFormats;
import com.linecorp.armeria.server.GracefulShutdown;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServiceConfig;
import com.linecorp.armeria.server.cors.CorsService;
import com.linecorp.armeria.server.grpc.GrpcHealthCheckService;
import com.linecorp.armeria.server.grpc.GrpcHealthCheckServiceBuilder;
import com.linecorp.armeria.server.grpc.GrpcService;
import com.linecorp.armeria.server.grpc.GrpcServiceBuilder;
import com.linecorp.armeria.server.healthcheck.SettableHealthChecker;
import io.grpc.BindableService;
import io.grpc.ServerServiceDefinition;
import io.grpc.protobuf.services.ProtoReflectionService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.myelin.gateway.metrics.GatewayMetrics;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One port for everything a gateway offers: the HTTP fronts, WebSocket, and gRPC for clients and
 * compute nodes. It wires and limits; what is answered is decided by the fronts.
 */
public final class GatewayServer implements AutoCloseable {
  private static final long START_TIMEOUT_SECONDS = 30;
  private static final Duration LAST_BYTES = Duration.ofMillis(300);
  private static final long BEYOND_DRAIN_MILLIS = 5_000;

  private final Server server;
  private final GatewayConfig config;

  private GatewayServer(Server server, GatewayConfig config) {
    this.server = server;
    this.config = config;
  }

  /**
   * Binds every front and starts to listen; returns once requests are served.
   *
   * @param fronts HTTP and WebSocket fronts; each binds its own routes
   * @param nodeRpc gRPC services whose handlers never block
   * @param clientRpc gRPC services whose handlers may wait for a disk; reflection and health are
   *     added
   * @param loops what its connections run on, which it does not close; null for loops of its own
   * @throws IOException when it cannot listen; the message names the address and says what to do
   */
  public static GatewayServer start(
      GatewayConfig config,
      GatewayMetrics metrics,
      List<Consumer<ServerBuilder>> fronts,
      List<ServerServiceDefinition> nodeRpc,
      List<ServerServiceDefinition> clientRpc,
      @Nullable EventLoopGroup loops)
      throws IOException {
    InetSocketAddress address = new InetSocketAddress(config.host(), config.port());
    if (address.isUnresolved()) {
      throw new IOException(
          "host: " + config.host() + " cannot be resolved (expected: an address of this machine)");
    }
    ServerBuilder builder = Server.builder().port(address, SessionProtocol.HTTP);
    if (loops != null) {
      builder.workerGroup(loops, false);
    }
    limits(builder, config);
    for (Consumer<ServerBuilder> front : fronts) {
      front.accept(builder);
    }
    if (!nodeRpc.isEmpty()) {
      GrpcServiceBuilder nodes = grpc(config, nodeRpc);
      builder.service(nodes.build(), WithoutRequestLimits::new);
    }
    GrpcServiceBuilder clients =
        grpc(config, clientRpc)
            .addService(health(nodeRpc, clientRpc))
            .addService(ProtoReflectionServiceV1.newInstance())
            .useBlockingTaskExecutor(true);
    builder.service(clients.build(), WithoutRequestLimits::new);
    // Armeria takes one reflection service in each; both show every service of the server.
    GrpcServiceBuilder older = grpc(config, List.of()).addService(olderReflection());
    builder.service(older.useBlockingTaskExecutor(true).build(), WithoutRequestLimits::new);
    builder.errorHandler(new ApiErrorHandler(config.maxRequestBytes()));
    builder.decorator(RequestCounting.decorator(metrics));
    if (!config.corsOrigins().isEmpty()) {
      builder.decorator(cors(config));
    }
    Server server = builder.build();
    start(server, address);
    return new GatewayServer(server, config);
  }

  private static void limits(ServerBuilder builder, GatewayConfig config) {
    builder
        .maxRequestLength(config.maxRequestBytes())
        .http1MaxHeaderSize(config.maxHeaderBytes())
        .http1MaxInitialLineLength(config.maxHeaderBytes())
        .http2MaxHeaderListSize(config.maxHeaderBytes())
        .http2MaxStreamsPerConnection(config.maxStreamsPerConnection())
        .maxNumConnections(config.maxConnections())
        .idleTimeout(config.idleTimeout(), true)
        .pingInterval(config.idleTimeout().dividedBy(3))
        // Bounds how long a body may take; a front that answers for long clears it.
        .requestTimeout(config.requestBodyTimeout())
        .gracefulShutdown(
            GracefulShutdown.builder()
                .quietPeriod(lastBytes(config.drainTimeout()))
                .timeout(config.drainTimeout())
                .build())
        .disableServerHeader()
        .verboseResponses(false);
  }

  /** An answer that has just ended is still on its way through the connection. */
  private static Duration lastBytes(Duration drainTimeout) {
    return drainTimeout.compareTo(LAST_BYTES) < 0 ? drainTimeout : LAST_BYTES;
  }

  /** The server as a whole and each service by name; all go down together when it closes. */
  private static GrpcHealthCheckService health(
      List<ServerServiceDefinition> nodeRpc, List<ServerServiceDefinition> clientRpc) {
    GrpcHealthCheckServiceBuilder health = GrpcHealthCheckService.builder();
    Stream.concat(nodeRpc.stream(), clientRpc.stream())
        .map(service -> service.getServiceDescriptor().getName())
        .forEach(name -> health.serviceCheckers(name, new SettableHealthChecker(true)));
    return health.build();
  }

  /** What Python's reflection client and older tools ask, beside {@code v1}. */
  @SuppressWarnings("deprecation")
  private static BindableService olderReflection() {
    return ProtoReflectionService.newInstance();
  }

  private static GrpcServiceBuilder grpc(
      GatewayConfig config, List<ServerServiceDefinition> services) {
    GrpcServiceBuilder builder =
        GrpcService.builder()
            .maxRequestMessageLength(config.maxRequestBytes())
            .supportedSerializationFormats(GrpcSerializationFormats.PROTO);
    services.forEach(builder::addService);
    return builder;
  }

  /** Only what a page of a listed origin needs; there are no cookies, so no credentials. */
  private static Function<? super HttpService, CorsService> cors(GatewayConfig config) {
    return CorsService.builder(config.corsOrigins())
        .allowRequestMethods(HttpMethod.GET, HttpMethod.POST, HttpMethod.DELETE)
        .allowRequestHeaders("authorization", "content-type", "last-event-id")
        .exposeHeaders("location", "retry-after", "myelin-session", "myelin-task", "myelin-receipt")
        .maxAge(600)
        .newDecorator();
  }

  private static void start(Server server, InetSocketAddress address) throws IOException {
    try {
      server.start().get(START_TIMEOUT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | CompletionException e) {
      server.close();
      throw new IOException(cannotListen(address, e), e);
    } catch (TimeoutException e) {
      server.close();
      throw new IOException("The gateway did not start within " + START_TIMEOUT_SECONDS + " s", e);
    } catch (InterruptedException e) {
      server.close();
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted while the gateway started", e);
    }
  }

  private static String cannotListen(InetSocketAddress address, Throwable failure) {
    for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
      // Netty's native transport reports a taken port by its own exception type, not by Java's.
      String message = String.valueOf(cause.getMessage());
      if (message.contains("Address already in use")) {
        return "Port "
            + address.getPort()
            + " on "
            + address.getHostString()
            + " is taken. Stop what listens there, or choose another port.";
      }
      if (cause instanceof BindException || message.contains("bind")) {
        return "Cannot listen on "
            + address.getHostString()
            + ":"
            + address.getPort()
            + ": "
            + message;
      }
    }
    return "The gateway did not start: " + failure.getMessage();
  }

  /** The port it listens on. */
  public int port() {
    return Objects.requireNonNull(server.activePort()).localAddress().getPort();
  }

  /** Where clients reach it, without a slash at the end. */
  public String url() {
    String host = config.host().contains(":") ? "[" + config.host() + "]" : config.host();
    return "http://" + host + ":" + port();
  }

  /** Every route that is bound, as Armeria prints them. */
  List<ServiceConfig> services() {
    return server.serviceConfigs();
  }

  /**
   * Takes no new connections, lets open requests end until the drain timeout, then closes. Returns
   * when everything is closed.
   */
  @Override
  public void close() {
    try {
      server
          .closeAsync()
          .get(config.drainTimeout().toMillis() + BEYOND_DRAIN_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException(
          "The gateway did not close within its drain timeout: " + e, e);
    }
  }
}

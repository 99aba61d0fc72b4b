package io.myelin.registry;

import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.common.grpc.GrpcSerializationFormats;
import com.linecorp.armeria.server.GracefulShutdown;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.grpc.GrpcHealthCheckService;
import com.linecorp.armeria.server.grpc.GrpcService;
import com.linecorp.armeria.server.healthcheck.SettableHealthChecker;
import io.grpc.BindableService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.myelin.discovery.PeerNetwork;
import io.myelin.registry.mempool.MempoolNode;
import io.myelin.registry.mempool.MempoolService;
import io.myelin.v1.RegistryGrpc;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The gRPC server of a registry node. The peer network is the caller's to close, after this. */
public final class RegistryNode implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RegistryNode.class);
  private static final int MAX_MESSAGE_BYTES = 160 << 10;
  private static final int MAX_CONNECTIONS = 4_096;
  private static final int MAX_STREAMS = 64;
  private static final long START_TIMEOUT_SECONDS = 30;

  private final Server server;
  private final ValidatorRelay validators;
  private final String host;

  private RegistryNode(Server server, ValidatorRelay validators, String host) {
    this.server = server;
    this.validators = validators;
    this.host = host;
  }

  /**
   * Listens; answers when this returns.
   *
   * @param peers what it tells of
   * @throws IOException when the address cannot be listened on
   */
  public static RegistryNode start(RegistrySettings settings, PeerNetwork peers, SubnetList subnets)
      throws IOException {
    return start(settings, peers, subnets, Optional.empty());
  }

  /**
   * As above, with a pool of waiting requests, which is the caller's to close, after this.
   *
   * @throws IOException when the address cannot be listened on
   */
  public static RegistryNode start(
      RegistrySettings settings, PeerNetwork peers, SubnetList subnets, MempoolNode mempool)
      throws IOException {
    return start(settings, peers, subnets, Optional.of(mempool));
  }

  private static RegistryNode start(
      RegistrySettings settings,
      PeerNetwork peers,
      SubnetList subnets,
      Optional<MempoolNode> mempool)
      throws IOException {
    RegistryService registry =
        new RegistryService(
            settings,
            peers,
            subnets,
            departure -> mempool.map(pool -> pool.tell(departure)).orElse(0));
    mempool.ifPresent(pool -> pool.onDeparture(registry::departed));
    List<BindableService> services = new ArrayList<>(List.of(registry));
    mempool.ifPresent(pool -> services.add(new MempoolService(pool)));
    ValidatorRelay validators = new ValidatorRelay(peers);
    Server server =
        Server.builder()
            .serviceUnder(ValidatorRelay.PATH, validators)
            .port(new InetSocketAddress(settings.host(), settings.port()), SessionProtocol.HTTP)
            .maxNumConnections(MAX_CONNECTIONS)
            .http2MaxStreamsPerConnection(MAX_STREAMS)
            .maxRequestLength(MAX_MESSAGE_BYTES)
            // Who watches stays.
            .requestTimeoutMillis(0)
            .gracefulShutdown(
                GracefulShutdown.builder()
                    .quietPeriod(Duration.ZERO)
                    .timeout(Duration.ofSeconds(1))
                    .build())
            .unloggedExceptionsReportInterval(Duration.ZERO)
            .disableServerHeader()
            .verboseResponses(false)
            .service(
                GrpcService.builder()
                    .addServices(services)
                    .addService(
                        GrpcHealthCheckService.builder()
                            .serviceCheckers(
                                RegistryGrpc.SERVICE_NAME, new SettableHealthChecker(true))
                            .build())
                    .addService(ProtoReflectionServiceV1.newInstance())
                    .maxRequestMessageLength(MAX_MESSAGE_BYTES)
                    .supportedSerializationFormats(GrpcSerializationFormats.PROTO)
                    .useBlockingTaskExecutor(true)
                    .build())
            .build();
    String where = settings.host() + ":" + settings.port();
    try {
      server.start().get(START_TIMEOUT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | CompletionException e) {
      server.close();
      throw new IOException(
          "The registry node cannot listen on "
              + where
              + ": "
              + e.getCause()
              + ". Stop what listens there, or choose another port.",
          e);
    } catch (TimeoutException e) {
      server.close();
      throw new IOException("The registry node did not start on " + where + " in time", e);
    } catch (InterruptedException e) {
      server.close();
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted while the registry node started", e);
    }
    return new RegistryNode(server, validators, settings.host());
  }

  /** Where it answers. */
  public URI url() {
    String name = host.contains(":") ? "[" + host + "]" : host;
    return URI.create(
        "http://"
            + name
            + ":"
            + Objects.requireNonNull(server.activePort()).localAddress().getPort());
  }

  @Override
  public void close() {
    try {
      server.closeAsync().get(START_TIMEOUT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("the registry node did not close in time: {}", e.toString());
    }
    validators.close();
  }
}

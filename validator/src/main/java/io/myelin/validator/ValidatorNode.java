package io.myelin.validator;

import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.common.grpc.GrpcSerializationFormats;
import com.linecorp.armeria.server.GracefulShutdown;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.grpc.GrpcHealthCheckService;
import com.linecorp.armeria.server.grpc.GrpcService;
import com.linecorp.armeria.server.healthcheck.SettableHealthChecker;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.myelin.chain.ChainClient;
import io.myelin.committee.RollCall;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.engine.check.WorkChecker;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.v1.ValidatorGrpc;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One validator: a gRPC server that checks what gateways propose and signs what is right. It holds
 * its data folder alone, and signs one content for one subject, also across a crash.
 */
public final class ValidatorNode implements AutoCloseable {
  /** The file in the data folder that remembers what was signed. */
  public static final String SIGNED_FILE = "signed.db";

  /** The file in the data folder that remembers what gateways owe. */
  public static final String DEBTS_FILE = "debts.db";

  /** Folder in the data folder of what proves that others did wrong. */
  public static final String EVIDENCE_FOLDER = "evidence";

  private static final Logger LOG = LoggerFactory.getLogger(ValidatorNode.class);
  private static final int MAX_MESSAGE_BYTES = 9 << 20;
  private static final int MAX_CONNECTIONS = 1_024;
  private static final int MAX_STREAMS = 64;
  private static final long START_TIMEOUT_SECONDS = 30;
  private static final Duration DRAIN = Duration.ofSeconds(2);
  private static final Duration BEYOND_REVIEW = Duration.ofSeconds(30);

  private final Server server;
  private final SigningStore store;
  private final WorkDesk desk;
  private final RoundDesk rounds;
  private final OperatorKey key;
  private final String host;

  private ValidatorNode(
      Server server,
      SigningStore store,
      WorkDesk desk,
      RoundDesk rounds,
      OperatorKey key,
      String host) {
    this.desk = desk;
    this.rounds = rounds;
    this.server = server;
    this.store = store;
    this.key = key;
    this.host = host;
  }

  /**
   * Opens its memory and listens; returns once it answers. It knows no other validator, and so
   * finds none absent.
   *
   * @param key that signs; its owner registers it on chain, before or after
   * @param chain which the caller closes, after this
   * @throws IOException when the folder cannot be made or the address not be listened on
   * @throws SigningStoreException when another process holds the folder
   */
  public static ValidatorNode start(
      ValidatorConfig config, OperatorKey key, ChainClient chain, NetworkContracts network)
      throws IOException {
    RollCall nobody = RollCall.of(List::of, chain, network, RollCall.PATIENCE);
    return start(config, key, chain, network, nobody);
  }

  /**
   * As above, of one that knows where others are, and so can find them absent.
   *
   * @param rollCall which the caller closes, after this
   */
  public static ValidatorNode start(
      ValidatorConfig config,
      OperatorKey key,
      ChainClient chain,
      NetworkContracts network,
      RollCall rollCall)
      throws IOException {
    return start(config, key, chain, network, rollCall, Optional.empty());
  }

  /**
   * As above, of one that may check nodes' work.
   *
   * @param checker with a copy of the models; without one it finds nothing of work, and others
   *     decide. The caller closes what it uses, after this
   */
  public static ValidatorNode start(
      ValidatorConfig config,
      OperatorKey key,
      ChainClient chain,
      NetworkContracts network,
      RollCall rollCall,
      Optional<WorkChecker> checker)
      throws IOException {
    return start(
        config,
        key,
        chain,
        network,
        rollCall,
        new OwnModels(checker, Optional.empty(), Optional.empty()));
  }

  /**
   * As above.
   *
   * @param models what it has of models
   */
  public static ValidatorNode start(
      ValidatorConfig config,
      OperatorKey key,
      ChainClient chain,
      NetworkContracts network,
      RollCall rollCall,
      OwnModels models)
      throws IOException {
    return start(config, key, chain, network, rollCall, models, System::nanoTime);
  }

  /**
   * As above.
   *
   * @param nanoClock by which it knows for how long it runs
   */
  public static ValidatorNode start(
      ValidatorConfig config,
      OperatorKey key,
      ChainClient chain,
      NetworkContracts network,
      RollCall rollCall,
      OwnModels models,
      LongSupplier nanoClock)
      throws IOException {
    Files.createDirectories(config.data());
    SigningStore store = SigningStore.open(config.data().resolve(SIGNED_FILE));
    boolean whole = false;
    @Nullable WorkDesk desk = null;
    try {
      ChainView view = new ChainView(chain, network, config.deployedAtBlock());
      Signer signer = new Signer(key, network.domain(), store, chain.genesis());
      desk =
          new WorkDesk(
              view,
              key,
              config.fault() == ValidatorFault.COLLUDE
                  ? models.withChecker(new LieFinder())
                  : models,
              WorkFiles.open(config.data().resolve(EVIDENCE_FOLDER), network.domain()),
              DebtStore.open(config.data().resolve(DEBTS_FILE)));
      ValidatorService service =
          config.fault() == ValidatorFault.COPY
              ? new Copycat(view, key, signer, config, rollCall, desk, models, nanoClock)
              : new ValidatorService(view, key, signer, config, rollCall, desk, models, nanoClock);
      Server server = server(config, service);
      start(server, config);
      whole = true;
      var _ = Thread.ofVirtual().name("validator-records").start(service::readAhead);
      if (config.fault() != ValidatorFault.NONE) {
        LOG.warn("validator {} misbehaves: {}", key.address(), config.fault().label());
      }
      return new ValidatorNode(server, store, desk, service.rounds(), key, config.host());
    } finally {
      if (!whole) {
        if (desk != null) {
          desk.close();
        }
        store.close();
      }
    }
  }

  private static Server server(ValidatorConfig config, ValidatorService service) {
    ServerBuilder builder =
        Server.builder()
            .port(new InetSocketAddress(config.host(), config.port()), SessionProtocol.HTTP)
            .maxNumConnections(MAX_CONNECTIONS)
            .http2MaxStreamsPerConnection(MAX_STREAMS)
            // A review's messages are counted one by one; each is bounded.
            .maxRequestLength(0)
            .requestTimeout(config.limits().review().plus(BEYOND_REVIEW))
            .gracefulShutdown(
                GracefulShutdown.builder().quietPeriod(Duration.ZERO).timeout(DRAIN).build())
            // A refusal is an answer, and has its line in the log.
            .unloggedExceptionsReportInterval(Duration.ZERO)
            .disableServerHeader()
            .verboseResponses(false);
    GrpcHealthCheckService health =
        GrpcHealthCheckService.builder()
            .serviceCheckers(ValidatorGrpc.SERVICE_NAME, new SettableHealthChecker(true))
            .build();
    return builder
        .service(
            GrpcService.builder()
                .addService(service)
                .addService(health)
                .addService(ProtoReflectionServiceV1.newInstance())
                .maxRequestMessageLength(MAX_MESSAGE_BYTES)
                .supportedSerializationFormats(GrpcSerializationFormats.PROTO)
                .useBlockingTaskExecutor(true)
                .build())
        .build();
  }

  private static void start(Server server, ValidatorConfig config) throws IOException {
    String where = config.host() + ":" + config.port();
    try {
      server.start().get(START_TIMEOUT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | CompletionException e) {
      server.close();
      throw new IOException(
          "The validator cannot listen on "
              + where
              + ": "
              + e.getCause()
              + ". Stop what listens there, or choose another port.",
          e);
    } catch (TimeoutException e) {
      server.close();
      throw new IOException(
          "The validator did not start on " + where + " within " + START_TIMEOUT_SECONDS + " s", e);
    } catch (InterruptedException e) {
      server.close();
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted while the validator started", e);
    }
  }

  /**
   * Where a validator keeps what it found of a node's work.
   *
   * @param data its data folder
   * @param digest of the work, as a verdict names it
   */
  public static Path workFile(Path data, Digest digest) {
    return data.resolve(EVIDENCE_FOLDER).resolve(WorkFiles.name(digest));
  }

  /** What it knows of cognitive rounds. */
  RoundDesk rounds() {
    return rounds;
  }

  /** What it finds of nodes' work. */
  WorkDesk work() {
    return desk;
  }

  /** The key that signs. */
  public Address operator() {
    return key.address();
  }

  /** The port it listens on. */
  public int port() {
    return Objects.requireNonNull(server.activePort()).localAddress().getPort();
  }

  /** Where gateways reach it. */
  public URI url() {
    String name = host.contains(":") ? "[" + host + "]" : host;
    return URI.create("http://" + name + ":" + port());
  }

  /** Stops answering, then lets go of its memory. */
  @Override
  public void close() {
    try {
      server.closeAsync().get(START_TIMEOUT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("validator {} did not close in time: {}", key.address(), e.toString());
    } finally {
      desk.close();
      rounds.close();
      store.close();
    }
  }
}

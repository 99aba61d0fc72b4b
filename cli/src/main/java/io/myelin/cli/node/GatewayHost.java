package io.myelin.cli.node;

import com.linecorp.armeria.common.util.EventLoopGroups;
import io.myelin.cli.CommandException;
import io.myelin.cli.Version;
import io.myelin.cli.peer.PeerLink;
import io.myelin.cli.peer.Peers;
import io.myelin.cli.peer.ValidatorUrls;
import io.myelin.client.ClientException;
import io.myelin.gateway.GatewayConfig;
import io.myelin.gateway.GatewayServer;
import io.myelin.gateway.api.NativeApi;
import io.myelin.gateway.api.NetworkOperations;
import io.myelin.gateway.api.ProofOperations;
import io.myelin.gateway.api.SessionOperations;
import io.myelin.gateway.api.StatusOperations;
import io.myelin.gateway.api.TaskOperations;
import io.myelin.gateway.api.TaskRequestJson;
import io.myelin.gateway.chain.ChainNodeAdmission;
import io.myelin.gateway.chain.Conduct;
import io.myelin.gateway.chain.PoolUpkeep;
import io.myelin.gateway.http.Timers;
import io.myelin.gateway.hub.HubSettings;
import io.myelin.gateway.hub.NodeHub;
import io.myelin.gateway.journal.Journal;
import io.myelin.gateway.journal.JournalException;
import io.myelin.gateway.loop.NettyLoops;
import io.myelin.gateway.metrics.GatewayMetrics;
import io.myelin.gateway.metrics.MeteredTaskService;
import io.myelin.gateway.openai.OpenAiService;
import io.myelin.gateway.openai.OpenAiSettings;
import io.myelin.gateway.openai.OpenAiWorkReader;
import io.myelin.gateway.pipeline.GatewayIdentity;
import io.myelin.gateway.pipeline.PipelineSettings;
import io.myelin.gateway.pipeline.TaskPipeline;
import io.myelin.gateway.poi.AgreementDesk;
import io.myelin.gateway.rpc.GatewayClientService;
import io.myelin.gateway.session.SessionService;
import io.myelin.gateway.session.SessionSettings;
import io.myelin.gateway.task.TaskService;
import io.myelin.gateway.ws.WsFront;
import io.myelin.gateway.ws.WsSettings;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.peer.PeerRole;
import io.myelin.protocol.poi.Dispersion;
import io.myelin.protocol.receipt.SignedReceipt;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts a gateway together: journal, sessions, pipeline, hub, and every front on one port. */
public final class GatewayHost implements AutoCloseable {
  private static final long COMMENT_INTERVAL_MILLIS = 5_000;
  private static final long ADVANCE_MILLIS = 250;
  private static final long CHAIN_MILLIS = 500;
  private static final Logger logger = LoggerFactory.getLogger(GatewayHost.class);

  /** Nodes beyond the redundancy that a session reserves, so that it survives losing as many. */
  private static final int SPARES = 3;

  private final OperatorKey key;
  private final Journal journal;
  private final GatewayChain chain;
  private final EventLoopGroup loopGroup;
  private final ScheduledExecutorService timer;
  private final TaskPipeline pipeline;
  private final NodeHub hub;
  private final GatewayServer server;
  private final MempoolLink mempool;
  private final AgreementDesk agreements;
  private final AtomicBoolean draining;
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile @Nullable Peers peers;

  private GatewayHost(
      OperatorKey key,
      Journal journal,
      GatewayChain chain,
      EventLoopGroup loopGroup,
      ScheduledExecutorService timer,
      TaskPipeline pipeline,
      NodeHub hub,
      GatewayServer server,
      MempoolLink mempool,
      AgreementDesk agreements,
      AtomicBoolean draining) {
    this.agreements = agreements;
    this.key = key;
    this.mempool = mempool;
    this.journal = journal;
    this.chain = chain;
    this.loopGroup = loopGroup;
    this.timer = timer;
    this.pipeline = pipeline;
    this.hub = hub;
    this.server = server;
    this.draining = draining;
  }

  /**
   * Opens the journal, takes up what an earlier run left, and listens.
   *
   * @param port 0 for any free one
   * @throws CommandException when the port is taken, another gateway uses the folder, or the chain
   *     is not reached
   */
  public static GatewayHost start(
      Path folder, OperatorKey key, ChainLink link, String host, int port) {
    return start(folder, key, link, host, port, "");
  }

  /**
   * As above, known to clients under another address.
   *
   * @param publicUrl what the receipts' URLs begin with; empty for the address it listens on
   */
  public static GatewayHost start(
      Path folder, OperatorKey key, ChainLink link, String host, int port, String publicUrl) {
    return start(
        folder,
        key,
        link,
        Optional.empty(),
        Optional.empty(),
        host,
        port,
        publicUrl,
        Conduct.HONEST);
  }

  /**
   * As above, found by its peers, and finding validators among them.
   *
   * @param how it joins the peer network; empty for a gateway that is told where validators are
   * @param embedder by which it compares answers of redundant sessions; without one it tells apart
   *     only nodes of one class
   * @param conduct what it makes of what was drawn and proven
   */
  public static GatewayHost start(
      Path folder,
      OperatorKey key,
      ChainLink link,
      Optional<PeerLink> how,
      Optional<Dispersion.Embedder> embedder,
      String host,
      int port,
      String publicUrl,
      Conduct conduct) {
    ValidatorUrls validators = new ValidatorUrls(link.validators());
    GatewayHost gateway =
        start(folder, key, link, validators, embedder, host, port, publicUrl, conduct);
    try {
      if (how.isPresent()) {
        Peers joined =
            Peers.join(
                how.get(),
                link.truth(),
                key,
                PeerRole.GATEWAY,
                link.subnetIds(),
                Optional.of(
                    publicUrl.isEmpty()
                        ? how.get().reached(URI.create(gateway.url()))
                        : URI.create(publicUrl)),
                folder);
        gateway.peers = joined;
        validators.found(joined);
        Announcement announcement = gateway.chain.announcement();
        var _ =
            Thread.ofVirtual()
                .name("announcement")
                .start(() -> announcement.make(key.address(), joined.record()));
        gateway.mempool.found(joined);
      }
      return gateway;
    } catch (RuntimeException e) {
      gateway.close();
      throw e;
    }
  }

  private static GatewayHost start(
      Path folder,
      OperatorKey key,
      ChainLink link,
      ValidatorUrls validators,
      Optional<Dispersion.Embedder> embedder,
      String host,
      int port,
      String publicUrl,
      Conduct conduct) {
    Journal journal;
    try {
      journal = Journal.open(folder.resolve("journal.db"));
    } catch (JournalException e) {
      throw new CommandException(String.valueOf(e.getMessage()), e);
    }
    GatewayChain chain;
    try {
      chain = GatewayChain.open(folder, key, link, validators, journal, conduct);
    } catch (ClientException e) {
      journal.close();
      throw e;
    }
    EventLoopGroup loopGroup = EventLoopGroups.newEventLoopGroup(relayLoops(), "gateway");
    ScheduledExecutorService timer =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("gateway-timer").factory());
    try {
      // Before listening, since receipts' URLs name it.
      int chosen = FreePort.chosen(host, port);
      String url = publicUrl.isEmpty() ? "http://" + host + ":" + chosen : publicUrl;
      return start(key, journal, chain, embedder, loopGroup, timer, host, chosen, url);
    } catch (IOException | RuntimeException e) {
      timer.shutdownNow();
      var _ = loopGroup.shutdownGracefully(0, 1, TimeUnit.SECONDS);
      chain.close();
      journal.close();
      throw new CommandException(String.valueOf(e.getMessage()), e);
    }
  }

  private static GatewayHost start(
      OperatorKey key,
      Journal journal,
      GatewayChain chain,
      Optional<Dispersion.Embedder> embedder,
      EventLoopGroup loopGroup,
      ScheduledExecutorService timer,
      String host,
      int port,
      String url)
      throws IOException {
    InstantSource clock = InstantSource.system();
    SecureRandom random = new SecureRandom();
    Eip712Domain domain = chain.network().domain();
    NettyLoops loops = new NettyLoops(loopGroup);
    HubSettings hubSettings = HubSettings.defaults();
    SessionService sessions =
        SessionService.start(
            SessionSettings.standard(key.address(), domain).withSpares(SPARES),
            chain.sessions(),
            journal.sessions(),
            clock,
            random);
    TaskPipeline pipeline =
        new TaskPipeline(
            PipelineSettings.defaults(),
            new GatewayIdentity(key, domain),
            sessions,
            journal,
            loops,
            clock,
            random,
            hubSettings.initialCredit());
    sessions.cancelTasksWith(pipeline::cancel);
    NodeHub hub =
        new NodeHub(
            hubSettings,
            key.address(),
            domain,
            new ChainNodeAdmission(chain.sessions()::pool, chain.sessions()::listedWeights),
            loops,
            clock,
            random,
            pipeline);
    hub.addListener(sessions);
    chain
        .sessions()
        .testNodes(
            new PoolUpkeep.Connected(
                hub::connected,
                hub::challenge,
                (node, why) -> hub.dismiss(node, "suspended", why),
                hub::noteExam));
    GatewayMetrics metrics = new GatewayMetrics();
    AgreementDesk agreements = Redundancy.watch(journal, chain, embedder, hub, metrics);
    pipeline.tellReceipts(
        task -> {
          chain.sessions().receipted(task);
          agreements.receipted(task);
        });
    chain.sessions().makeReceiptsAgainWith(receipt -> SignedReceipt.sign(key, receipt));
    pipeline.recover();
    chain.sessions().start(id -> closeFor(sessions, id));
    var _ =
        timer.scheduleWithFixedDelay(
            chain.sessions()::tick, CHAIN_MILLIS, CHAIN_MILLIS, TimeUnit.MILLISECONDS);
    var _ =
        timer.scheduleWithFixedDelay(
            sessions::advance, ADVANCE_MILLIS, ADVANCE_MILLIS, TimeUnit.MILLISECONDS);
    AtomicBoolean draining = new AtomicBoolean();
    MempoolLink mempool = MempoolLink.start(key, domain, sessions, pipeline, random);
    GatewayConfig config = GatewayConfig.DEFAULTS.withHost(host).withPort(port);
    GatewayServer server =
        listen(
            config, metrics, url, key, chain, sessions, pipeline, hub, journal, timer, random,
            draining, loopGroup, mempool);
    return new GatewayHost(
        key,
        journal,
        chain,
        loopGroup,
        timer,
        pipeline,
        hub,
        server,
        mempool,
        agreements,
        draining);
  }

  /** Sessions of other gateways close on chain as well. */
  private static void closeFor(SessionService sessions, SessionId id) {
    var _ =
        sessions
            .close(id.hex())
            .exceptionally(
                e -> {
                  logger.debug("closed on chain, not here: {}", e.toString());
                  return null;
                });
  }

  /**
   * One for two processors: a token that changes loops wakes another thread, which costs more than
   * relaying it; journal, compiler and collector have the other half.
   */
  private static int relayLoops() {
    return Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
  }

  private static GatewayServer listen(
      GatewayConfig config,
      GatewayMetrics metrics,
      String url,
      OperatorKey key,
      GatewayChain chain,
      SessionService sessions,
      TaskPipeline pipeline,
      NodeHub hub,
      Journal journal,
      ScheduledExecutorService timer,
      SecureRandom random,
      AtomicBoolean draining,
      EventLoopGroup loopGroup,
      MempoolLink mempool)
      throws IOException {
    journal.watchCommits(
        System::nanoTime, nanos -> metrics.journalCommit().record(nanos, TimeUnit.NANOSECONDS));
    metrics.watchNodes(() -> hub.nodes().size());
    metrics.watchSessions(sessions::activeCount);
    metrics.watchQueueDepth(() -> pipeline.figures().queued());
    OpenAiService openAi =
        new OpenAiService(
            metered(pipeline, "openai", metrics),
            sessions,
            OpenAiSettings.standard(url, Version.current()),
            Timers.of(timer),
            InstantSource.system(),
            random::nextLong);
    TaskRequestJson requests =
        new TaskRequestJson(new OpenAiWorkReader(random::nextLong, InstantSource.system()));
    NativeApi api =
        NativeApi.of(
            new SessionOperations(sessions, Optional.of(mempool.takingUp())),
            new TaskOperations(
                sessions,
                metered(pipeline, "native", metrics),
                requests,
                config.maxRequestBytes(),
                COMMENT_INTERVAL_MILLIS,
                journal.comparisons()::ofTask),
            new ProofOperations(chain.sessions().proofs()),
            new NetworkOperations(
                new NetworkOperations.Identity(
                    key.address().toString(),
                    chain.network().chainId(),
                    chain.network().directory().address().toString(),
                    chain.contracts()),
                hub,
                sessions,
                () -> pipeline.figures().queued()),
            new StatusOperations(metrics, hub, draining::get, Version.current()));
    WsFront webSocket =
        new WsFront(
            sessions,
            metered(pipeline, "websocket", metrics),
            requests,
            WsSettings.DEFAULTS,
            config.corsOrigins());
    return GatewayServer.start(
        config,
        metrics,
        List.of(openAi::bind, api::bind, webSocket::bind),
        List.of(hub.bindService()),
        List.of(
            GatewayClientService.definition(sessions, metered(pipeline, "grpc", metrics), random)),
        loopGroup);
  }

  private static TaskService metered(TaskService tasks, String front, GatewayMetrics metrics) {
    return new MeteredTaskService(tasks, front, metrics, System::nanoTime);
  }

  /** The gateway's address. */
  public Address id() {
    return key.address();
  }

  /** Where it listens. */
  public String url() {
    return server.url();
  }

  /** Lets open requests end, then closes everything. Safe to call twice. */
  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    draining.set(true);
    mempool.close();
    Peers joined = peers;
    if (joined != null) {
      joined.close();
    }
    pipeline.shutDown();
    hub.close();
    server.close();
    timer.shutdownNow();
    loopGroup.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5_000);
    agreements.close();
    chain.close();
    journal.close();
  }
}

package io.myelin.compute;

import com.google.protobuf.ByteString;
import io.myelin.compute.evidence.EvidenceStore;
import io.myelin.compute.evidence.FileEvidenceStore;
import io.myelin.compute.exam.ExamDesk;
import io.myelin.compute.link.Dialer;
import io.myelin.compute.task.CommitSigner;
import io.myelin.compute.task.EngineDesk;
import io.myelin.compute.task.TaskMessages;
import io.myelin.compute.task.TaskRoom;
import io.myelin.compute.voucher.VoucherBook;
import io.myelin.engine.EngineModel;
import io.myelin.engine.InferenceEngine;
import io.myelin.protocol.commitment.WorkDigest;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.typeddata.NodeHello;
import io.myelin.v1.Challenge;
import io.myelin.v1.Drain;
import io.myelin.v1.ExamAnswer;
import io.myelin.v1.GatewayMessage;
import io.myelin.v1.Heartbeat;
import io.myelin.v1.Hello;
import io.myelin.v1.NodeMessage;
import io.myelin.v1.Proof;
import io.myelin.v1.Rejected;
import io.myelin.v1.Welcome;
import java.io.IOException;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running compute node: a stream to each of its gateways, one engine whose slots they share, a
 * folder of promises. The engine is the caller's to close, after the node.
 */
public final class ComputeNode implements AutoCloseable {
  /** Version of the messages it speaks. */
  public static final String PROTOCOL_VERSION = "2";

  private static final Logger logger = LoggerFactory.getLogger(ComputeNode.class);
  private static final long EXPIRY_SECONDS = 60;

  /** Most gateways at a time. */
  private static final int MOST_GATEWAYS = 16;

  /** Longest time the gateway gets to close its side after the node's last word. */
  private static final long FAREWELL_MILLIS = 2_000;

  private final ComputeNodeSettings settings;
  private final OperatorKey key;
  private final InferenceEngine engine;
  private final RandomGenerator jitter;
  private final InstantSource clock;
  private final ExamDesk exams;
  private final EvidenceStore store;
  private final ScheduledExecutorService loop;
  private final ScheduledExecutorService disk;
  private final Map<String, GatewayLine> lines = new LinkedHashMap<>();
  private final Map<Address, GatewayLine> up = new ConcurrentHashMap<>();
  private final TaskRoom room;
  private final CompletableFuture<NodeExit> exit = new CompletableFuture<>();
  private final CompletableFuture<Address> firstWelcome = new CompletableFuture<>();
  private boolean ended;

  private ComputeNode(
      ComputeNodeSettings settings,
      OperatorKey key,
      InferenceEngine engine,
      InferenceEngine examined,
      CommitSigner signer,
      EvidenceStore store,
      VoucherBook vouchers,
      InstantSource clock,
      RandomGenerator jitter) {
    this.settings = settings;
    this.key = key;
    this.engine = engine;
    this.exams = new ExamDesk(examined, key, settings.domain());
    this.jitter = jitter;
    this.clock = clock;
    this.store = store;
    String name = "node-" + key.address().shortHex();
    loop = new NodeExecutor(name);
    disk = new NodeExecutor(name + "-disk");
    room =
        new TaskRoom(
            settings.tasks(),
            key.address(),
            settings.domain(),
            engine,
            signer,
            store,
            vouchers,
            loop,
            disk,
            clock,
            this::send);
  }

  private boolean send(Address gateway, NodeMessage message) {
    GatewayLine line = up.get(gateway);
    return line != null && line.send(message);
  }

  /**
   * Starts a node; it dials at once and for ever.
   *
   * @param dialers to its gateways; none for a node that serves the queue alone, or is told later
   *     whom to {@link #serve}
   * @throws IOException when its data folder cannot be used
   */
  public static ComputeNode start(
      ComputeNodeSettings settings,
      OperatorKey key,
      InferenceEngine engine,
      CommitSigner signer,
      List<? extends Dialer> dialers,
      InstantSource clock,
      RandomGenerator jitter)
      throws IOException {
    return start(settings, key, engine, engine, signer, dialers, clock, jitter);
  }

  /**
   * The same of a node that does not show in exams how it works: who cheats knows when it is looked
   * at.
   *
   * @param examined the engine that sits exams
   */
  public static ComputeNode start(
      ComputeNodeSettings settings,
      OperatorKey key,
      InferenceEngine engine,
      InferenceEngine examined,
      CommitSigner signer,
      List<? extends Dialer> dialers,
      InstantSource clock,
      RandomGenerator jitter)
      throws IOException {
    EvidenceStore store =
        FileEvidenceStore.open(
            settings.dataFolder().resolve("evidence"), settings.evidenceCapacity());
    VoucherBook vouchers =
        VoucherBook.open(
            settings.dataFolder().resolve("vouchers"), key.address(), settings.domain());
    ComputeNode node =
        new ComputeNode(settings, key, engine, examined, signer, store, vouchers, clock, jitter);
    ScheduledFuture<?> _ =
        node.loop.scheduleAtFixedRate(node.room::expire, 0, EXPIRY_SECONDS, TimeUnit.SECONDS);
    dialers.forEach(dialer -> node.serve(dialer, settings.expectedGateway()));
    return node;
  }

  /**
   * Works for one more gateway from now on. One that it is connected to stays as it is; one that it
   * is not is dialled at the new address instead of the old one.
   *
   * @param dialer the node's from now on
   * @param expected who must answer there, or null for whoever does
   */
  public void serve(Dialer dialer, @Nullable Address expected) {
    loop.execute(
        () -> {
          List<GatewayLine> same =
              lines.values().stream()
                  .filter(line -> expected != null && line.gateway().equals(expected))
                  .toList();
          boolean known =
              lines.containsKey(dialer.target()) || same.stream().anyMatch(GatewayLine::isUp);
          if (ended || known) {
            dialer.close();
            return;
          }
          same.forEach(line -> drop(line, "it is at " + dialer.target() + " now"));
          if (lines.size() == MOST_GATEWAYS) {
            logger.warn("Not dialled: {} (expected: at most {})", dialer.target(), MOST_GATEWAYS);
            dialer.close();
            return;
          }
          GatewayLine line =
              new GatewayLine(dialer, expected, settings.link(), loop, jitter, new Lines());
          lines.put(dialer.target(), line);
          line.start();
        });
  }

  /** Dials a gateway no more that is gone; one that is connected is not left. */
  public void forget(Address gateway) {
    loop.execute(
        () -> {
          List<GatewayLine> gone =
              lines.values().stream()
                  .filter(line -> line.gateway().equals(gateway) && !line.isUp())
                  .toList();
          gone.forEach(line -> drop(line, "the gateway is gone"));
        });
  }

  private void drop(GatewayLine line, String why) {
    lines.remove(line.target());
    line.abort(why);
    line.release();
  }

  /** The gateways that it is connected to now. */
  public Set<Address> gateways() {
    return Set.copyOf(up.keySet());
  }

  /** The node's address. */
  public Address address() {
    return key.address();
  }

  /** The engine in the node's slots, for work that does not come from the gateway. */
  public EngineDesk desk() {
    return room.desk();
  }

  /** Where the node sits exams, whoever asks for them. */
  public ExamDesk exams() {
    return exams;
  }

  /** Done when a gateway first welcomed the node, with the gateway's address. */
  public CompletableFuture<Address> firstWelcome() {
    return firstWelcome.copy();
  }

  /** Done when the node has ended by itself, by draining, or by being closed. */
  public CompletableFuture<NodeExit> exit() {
    return exit.copy();
  }

  /**
   * Takes nothing new, lets running tasks finish as long as {@link
   * ComputeNodeSettings#drainTimeout} allows, then ends. May be called more than once.
   */
  public CompletableFuture<NodeExit> drain(String reason) {
    loop.execute(
        () -> {
          if (ended) {
            return;
          }
          logger.info("Draining ({}): {} running, {} owed", reason, room.running(), room.owed());
          NodeMessage told =
              NodeMessage.newBuilder().setDrain(Drain.newBuilder().setReason(reason)).build();
          up.values().forEach(line -> line.send(told));
          ScheduledFuture<?> _ =
              loop.schedule(
                  () -> {
                    room.endAll("draining", "the node is shutting down");
                    end(NodeExit.drained(room.owed()));
                  },
                  settings.drainTimeout().toMillis(),
                  TimeUnit.MILLISECONDS);
          room.drain(() -> end(NodeExit.drained(0)));
        });
    return exit();
  }

  /** Cuts the stream and ends, as a crash would look to the gateway; promises stay on disk. */
  public void abort(String why) {
    loop.execute(
        () -> {
          lines.values().forEach(line -> line.abort(why));
          List.copyOf(up.keySet()).forEach(room::disconnected);
          up.clear();
          end(NodeExit.closed(why));
        });
  }

  @Override
  public void close() {
    loop.execute(
        () -> {
          room.endAll("draining", "the node was closed");
          end(NodeExit.closed("closed"));
        });
    exit.join();
  }

  /** Lets the disk finish what was asked of it and the stream its last words, then stops all. */
  private void end(NodeExit how) {
    if (ended) {
      return;
    }
    ended = true;
    room.drain(() -> {});
    disk.execute(() -> loop.execute(() -> farewell(how)));
  }

  private void farewell(NodeExit how) {
    CompletableFuture<?>[] farewells =
        lines.values().stream().map(GatewayLine::finish).toArray(CompletableFuture[]::new);
    var _ =
        CompletableFuture.allOf(farewells)
            .completeOnTimeout(null, FAREWELL_MILLIS, TimeUnit.MILLISECONDS)
            .thenRun(() -> release(how));
    disk.shutdown();
    loop.shutdown();
  }

  private void release(NodeExit how) {
    try {
      store.close();
    } catch (IOException e) {
      logger.warn("Closing the evidence folder failed", e);
    }
    lines.values().forEach(GatewayLine::release);
    firstWelcome.completeExceptionally(new IllegalStateException(how.message()));
    exit.complete(how);
  }

  private final class Lines implements GatewayLine.Node {
    @Override
    public Hello hello(Address gateway) {
      Hello.Builder hello =
          Hello.newBuilder()
              .setOperator(ByteString.copyFrom(key.address().bytes()))
              .setSoftwareVersion(softwareVersion())
              .setProtocolVersion(PROTOCOL_VERSION)
              .setSlots(settings.tasks().slots())
              .addAllHeld(room.held(gateway));
      for (EngineModel model : engine.models()) {
        hello.addModels(TaskMessages.served(model));
      }
      return hello.build();
    }

    @Override
    public Proof prove(Address gateway, Hello hello, Challenge challenge) {
      NodeHello statement =
          new NodeHello(
              gateway,
              Digest.of(challenge.getNonce().toByteArray()),
              key.address(),
              hello.getSlots(),
              WorkDigest.ofModels(hello));
      return Proof.newBuilder()
          .setSignature(ByteString.copyFrom(key.sign(settings.domain().digest(statement)).bytes()))
          .build();
    }

    @Override
    public CompletableFuture<List<ExamAnswer>> sit(Challenge challenge, Consumer<ExamAnswer> each) {
      return exams.sit(
          Digest.of(challenge.getNonce().toByteArray()), challenge.getExamContext(), each);
    }

    @Override
    public Heartbeat heartbeat() {
      return Heartbeat.newBuilder()
          .setRunning(room.running())
          .setDecodeMillitokensPerSecond(room.decodeMilliTokensPerSecond())
          .setSentAtMillis(clock.millis())
          .build();
    }

    @Override
    public boolean hasOther(GatewayLine line, Address gateway) {
      GatewayLine other = up.get(gateway);
      return other != null && other != line;
    }

    @Override
    public void onUp(GatewayLine line, Welcome welcome) {
      up.put(line.gateway(), line);
      room.connected(line.gateway(), welcome.getInitialCredit() & 0xffffffffL);
      firstWelcome.complete(line.gateway());
    }

    @Override
    public void onMessage(Address gateway, GatewayMessage message) {
      room.onMessage(gateway, message);
    }

    @Override
    public void onDown(GatewayLine line) {
      if (up.remove(line.gateway(), line)) {
        room.disconnected(line.gateway());
      }
    }

    @Override
    public void onRejected(GatewayLine line, Rejected rejected) {
      onDown(line);
      drop(line, "rejected");
      if (lines.isEmpty() && !settings.roams()) {
        end(
            NodeExit.rejected(
                "gateway " + line.target() + " rejected this node: " + rejected.getMessage()));
      }
    }
  }

  private static String softwareVersion() {
    String version = ComputeNode.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}

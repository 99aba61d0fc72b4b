package io.myelin.compute;

import com.google.protobuf.ByteString;
import io.myelin.compute.evidence.EvidenceStore;
import io.myelin.compute.evidence.FileEvidenceStore;
import io.myelin.compute.link.Dialer;
import io.myelin.compute.link.GatewayLink;
import io.myelin.compute.link.LinkListener;
import io.myelin.compute.link.NoGateway;
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
import io.myelin.v1.GatewayMessage;
import io.myelin.v1.Heartbeat;
import io.myelin.v1.Hello;
import io.myelin.v1.NodeMessage;
import io.myelin.v1.Proof;
import io.myelin.v1.Rejected;
import io.myelin.v1.ServedModel;
import io.myelin.v1.Welcome;
import java.io.IOException;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running compute node: one stream to a gateway, one engine, a folder of promises. The engine is
 * the caller's to close, after the node.
 */
public final class ComputeNode implements AutoCloseable {
  /** Version of the messages it speaks. */
  public static final String PROTOCOL_VERSION = "1";

  private static final Logger logger = LoggerFactory.getLogger(ComputeNode.class);
  private static final long EXPIRY_SECONDS = 60;

  /** Longest time the gateway gets to close its side after the node's last word. */
  private static final long FAREWELL_MILLIS = 2_000;

  private final ComputeNodeSettings settings;
  private final OperatorKey key;
  private final InferenceEngine engine;
  private final Dialer dialer;
  private final InstantSource clock;
  private final EvidenceStore store;
  private final ScheduledExecutorService loop;
  private final ScheduledExecutorService disk;
  private final GatewayLink link;
  private final TaskRoom room;
  private final CompletableFuture<NodeExit> exit = new CompletableFuture<>();
  private final CompletableFuture<Address> firstWelcome = new CompletableFuture<>();
  private boolean ended;

  private ComputeNode(
      ComputeNodeSettings settings,
      OperatorKey key,
      InferenceEngine engine,
      CommitSigner signer,
      Dialer dialer,
      EvidenceStore store,
      VoucherBook vouchers,
      InstantSource clock,
      RandomGenerator jitter) {
    this.settings = settings;
    this.key = key;
    this.engine = engine;
    this.dialer = dialer;
    this.clock = clock;
    this.store = store;
    String name = "node-" + key.address().shortHex();
    loop = new NodeExecutor(name);
    disk = new NodeExecutor(name + "-disk");
    link = new GatewayLink(dialer, settings.link(), loop, jitter, new Link());
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
            link::send);
  }

  /**
   * Starts a node; it dials at once and for ever.
   *
   * @param dialer to its gateway; {@link NoGateway} for a node that serves the queue alone
   * @throws IOException when its data folder cannot be used
   */
  public static ComputeNode start(
      ComputeNodeSettings settings,
      OperatorKey key,
      InferenceEngine engine,
      CommitSigner signer,
      Dialer dialer,
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
        new ComputeNode(settings, key, engine, signer, dialer, store, vouchers, clock, jitter);
    ScheduledFuture<?> _ =
        node.loop.scheduleAtFixedRate(node.room::expire, 0, EXPIRY_SECONDS, TimeUnit.SECONDS);
    if (!(dialer instanceof NoGateway)) {
      node.loop.execute(node.link::start);
    }
    return node;
  }

  /** The node's address. */
  public Address address() {
    return key.address();
  }

  /** The engine in the node's slots, for work that does not come from the gateway. */
  public EngineDesk desk() {
    return room.desk();
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
          link.send(
              NodeMessage.newBuilder().setDrain(Drain.newBuilder().setReason(reason)).build());
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
          link.abort(why);
          room.disconnected();
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
    var _ =
        link.finish()
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
    dialer.close();
    firstWelcome.completeExceptionally(new IllegalStateException(how.message()));
    exit.complete(how);
  }

  private final class Link implements LinkListener {
    @Override
    public Hello hello() {
      Hello.Builder hello =
          Hello.newBuilder()
              .setOperator(ByteString.copyFrom(key.address().bytes()))
              .setSoftwareVersion(softwareVersion())
              .setProtocolVersion(PROTOCOL_VERSION)
              .setSlots(settings.tasks().slots())
              .addAllHeld(room.held());
      for (EngineModel model : engine.models()) {
        hello.addModels(
            ServedModel.newBuilder()
                .setId(model.id())
                .setWeightsDigest(TaskMessages.weightsDigest(model))
                .setContextLength(model.contextLength())
                .setEquivalenceClass(model.equivalenceClass())
                .setEmbeddings(model.embeddings()));
      }
      return hello.build();
    }

    @Override
    public Proof prove(Hello hello, Challenge challenge) {
      Address gateway = Address.of(challenge.getGateway().toByteArray());
      Address expected = settings.expectedGateway();
      if (expected != null && !expected.equals(gateway)) {
        throw new IllegalArgumentException("gateway: " + gateway + " (expected: " + expected + ")");
      }
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
    public Heartbeat heartbeat() {
      return Heartbeat.newBuilder()
          .setRunning(room.running())
          .setDecodeMillitokensPerSecond(room.decodeMilliTokensPerSecond())
          .setSentAtMillis(clock.millis())
          .build();
    }

    @Override
    public void onUp(Challenge challenge, Welcome welcome) {
      Address gateway = Address.of(challenge.getGateway().toByteArray());
      room.connected(gateway, welcome.getInitialCredit() & 0xffffffffL);
      firstWelcome.complete(gateway);
    }

    @Override
    public void onMessage(GatewayMessage message) {
      room.onMessage(message);
    }

    @Override
    public void onDown(String why) {
      room.disconnected();
    }

    @Override
    public void onRejected(Rejected rejected) {
      room.disconnected();
      end(
          NodeExit.rejected(
              "gateway " + dialer.target() + " rejected this node: " + rejected.getMessage()));
    }
  }

  private static String softwareVersion() {
    String version = ComputeNode.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}

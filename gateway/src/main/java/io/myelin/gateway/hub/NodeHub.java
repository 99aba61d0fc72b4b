package io.myelin.gateway.hub;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.grpc.stub.StreamObserver;
import io.myelin.gateway.loop.Loops;
import io.myelin.gateway.session.ExamFigures;
import io.myelin.gateway.session.NodeDirectory;
import io.myelin.gateway.session.NodeView;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.v1.GatewayComputeGrpc;
import io.myelin.v1.GatewayMessage;
import io.myelin.v1.NodeMessage;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where compute nodes connect. Knows who is there; what they say about tasks it passes on. */
public final class NodeHub extends GatewayComputeGrpc.GatewayComputeImplBase
    implements NodeDirectory, AutoCloseable {
  /** What a node's Hello must say. */
  public static final String PROTOCOL_VERSION = "2";

  private static final Logger log = LoggerFactory.getLogger(NodeHub.class);
  private static final int MAX_ACCOUNTS = 10_000;

  private final HubSettings settings;
  private final Address gateway;
  private final Eip712Domain domain;
  private final NodeAdmission admission;
  private final Loops loops;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final NodeEvents events;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final Map<Address, NodeConnection> live = new ConcurrentHashMap<>();
  private final Object lock = new Object();

  @GuardedBy("lock")
  private final Set<NodeConnection> connections = new HashSet<>();

  @GuardedBy("lock")
  private final Map<Address, NodeAccount> accounts = new LinkedHashMap<>();

  @GuardedBy("lock")
  private boolean closed;

  /**
   * A hub of one gateway.
   *
   * @param gateway address of the gateway's key
   * @param random where nonces come from; a {@link java.security.SecureRandom} outside of tests
   * @param events who follows the nodes' tasks
   */
  public NodeHub(
      HubSettings settings,
      Address gateway,
      Eip712Domain domain,
      NodeAdmission admission,
      Loops loops,
      InstantSource clock,
      RandomGenerator random,
      NodeEvents events) {
    this.settings = settings;
    this.gateway = gateway;
    this.domain = domain;
    this.admission = admission;
    this.loops = loops;
    this.clock = clock;
    this.random = random;
    this.events = events;
  }

  @Override
  public StreamObserver<NodeMessage> connect(StreamObserver<GatewayMessage> out) {
    byte[] nonce = new byte[Digest.LENGTH];
    NodeConnection connection;
    boolean full;
    boolean stopping;
    synchronized (lock) {
      random.nextBytes(nonce);
      connection = new NodeConnection(this, out, loops.next(), Digest.of(nonce));
      connection.askForMessages();
      stopping = closed;
      full = connections.size() >= settings.maxConnections();
      if (!stopping && !full) {
        connections.add(connection);
      }
    }
    if (stopping) {
      connection.shutDown();
    } else if (full) {
      connection.overloaded();
    } else {
      connection.open();
    }
    return connection;
  }

  void joined(NodeConnection connection) {
    // The newer connection takes the place first, so that a message to the node can only go there.
    NodeConnection older = live.put(connection.node(), connection);
    if (older != null) {
      older.replaced();
    }
    log.info(
        "node {} joined: {} slots, {} models",
        connection.node(),
        connection.hello().getSlots(),
        connection.hello().getModelsCount());
    NodeView view = connection.view();
    tell(listener -> listener.onJoined(view));
    events.onJoined(connection);
    if (connection.isClosed()) {
      // Replaced or cut while it joined: what was said of its end may have come before the joining.
      events.onLeft(connection, "left while joining");
    }
  }

  void drained(NodeConnection connection) {
    tell(listener -> listener.onDraining(connection.node().toString()));
    events.onDraining(connection);
  }

  void left(NodeConnection connection, boolean wasLive, String reason) {
    synchronized (lock) {
      connections.remove(connection);
    }
    if (!wasLive) {
      log.info("connection of {} ended before it was welcomed: {}", connection.node(), reason);
      return;
    }
    log.info("node {} left: {}", connection.node(), reason);
    if (live.remove(connection.node(), connection)) {
      // First, so that a session has its next node when its tasks look for one.
      tell(listener -> listener.onLeft(connection.node().toString()));
    }
    events.onLeft(connection, reason);
  }

  /** The live connection of a node. */
  public Optional<NodeLink> link(Address node) {
    return Optional.ofNullable(live.get(node));
  }

  /** The nodes connected now. */
  public List<Address> connected() {
    return List.copyOf(live.keySet());
  }

  /** Ends the connection of a node that may not work any more; it is told why. */
  public void dismiss(Address node, String code, String message) {
    NodeConnection connection = live.get(node);
    if (connection != null) {
      connection.closeForViolation(code, message);
    }
  }

  /**
   * Asks a connected node to sign its hello with this nonce and to sit its exam; fails when it is
   * gone.
   *
   * @param context words of context that the exam is to be over
   */
  public CompletableFuture<SignedHello> challenge(Address node, Digest nonce, int context) {
    NodeConnection connection = live.get(node);
    return connection == null
        ? CompletableFuture.failedFuture(new IllegalStateException(node + " is not connected"))
        : connection.challenge(nonce, context);
  }

  @Override
  public List<NodeView> nodes() {
    return live.values().stream()
        .map(NodeConnection::view)
        .sorted(Comparator.comparing(NodeView::id))
        .toList();
  }

  @Override
  public Optional<NodeView> node(String id) {
    return nodes().stream().filter(view -> view.id().equals(id)).findFirst();
  }

  @Override
  public void addListener(Listener listener) {
    listeners.add(listener);
    for (NodeView view : nodes()) {
      guarded(listener, l -> l.onJoined(view));
    }
  }

  /** What a node did here since the gateway started, connected or not. */
  public Optional<NodeView.Figures> figures(Address node) {
    synchronized (lock) {
      return Optional.ofNullable(accounts.get(node)).map(NodeAccount::figures);
    }
  }

  /** An answer of a node was compared with others' to the same question, and stood apart or not. */
  public void countCompared(Address node, boolean stoodApart) {
    accountOf(node).countCompared(stoodApart);
  }

  /** A node was examined: shown with its figures, and why it is kept out if it is. */
  public void noteExam(Address node, ExamFigures figures) {
    accountOf(node).noteExam(figures);
  }

  /** Until when a node is not let in (Unix time); leaves no mark of who only knocks. */
  long barredUntilMillis(Address node) {
    synchronized (lock) {
      NodeAccount known = accounts.get(node);
      return known == null ? 0 : known.barredUntilMillis();
    }
  }

  NodeAccount accountOf(Address node) {
    synchronized (lock) {
      if (accounts.size() >= MAX_ACCOUNTS && !accounts.containsKey(node)) {
        accounts.keySet().stream()
            .filter(known -> !live.containsKey(known))
            .findFirst()
            .ifPresent(accounts::remove);
      }
      return accounts.computeIfAbsent(node, _ -> new NodeAccount());
    }
  }

  private void tell(java.util.function.Consumer<Listener> message) {
    for (Listener listener : listeners) {
      guarded(listener, message);
    }
  }

  private static void guarded(Listener listener, java.util.function.Consumer<Listener> message) {
    try {
      message.accept(listener);
    } catch (RuntimeException e) {
      log.error("a listener of the node directory failed", e);
    }
  }

  HubSettings settings() {
    return settings;
  }

  Address gateway() {
    return gateway;
  }

  Eip712Domain domain() {
    return domain;
  }

  NodeAdmission admission() {
    return admission;
  }

  InstantSource clock() {
    return clock;
  }

  NodeEvents events() {
    return events;
  }

  /** Ends every connection. */
  @Override
  public void close() {
    List<NodeConnection> open;
    synchronized (lock) {
      closed = true;
      open = new ArrayList<>(connections);
    }
    open.forEach(NodeConnection::shutDown);
  }
}

package io.myelin.gateway.session;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.protobuf.ByteString;
import io.myelin.committee.proposal.OpeningProposal;
import io.myelin.gateway.session.SessionRefusedException.Reason;
import io.myelin.gateway.task.TaskRejectedException;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.journal.JournalFormatException;
import io.myelin.protocol.mempool.Announcement;
import io.myelin.protocol.selection.SelectionSeed;
import io.myelin.protocol.session.Seat;
import io.myelin.protocol.session.SessionEvent;
import io.myelin.protocol.session.SessionPhase;
import io.myelin.protocol.session.SessionTerms;
import io.myelin.protocol.session.SessionTransition;
import io.myelin.protocol.typeddata.SessionRequest;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sessions of this gateway: opened by signed requests, driven by the session and pool machines,
 * kept in the journal, seen by every front at once.
 */
public final class SessionService implements Sessions, SessionLedger, NodeDirectory.Listener {
  private static final Logger log = LoggerFactory.getLogger(SessionService.class);
  private static final int KEY_BYTES = 32;

  /** How long nodes of restored sessions may take to come back. */
  private static final long RETURN_GRACE_MILLIS = 30_000;

  private final SessionSettings settings;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final SeedSecrets secrets;
  private final ModelCatalogue catalogue;
  private final Offers offers;
  private final SessionChain chain;
  private final Object lock = new Object();

  @GuardedBy("lock")
  private final Map<String, LiveSession> sessions = new LinkedHashMap<>();

  @GuardedBy("lock")
  private final Map<ByteString, LiveSession> byKeyHash = new HashMap<>();

  @GuardedBy("lock")
  private final ArrayDeque<LiveSession> ended = new ArrayDeque<>();

  @GuardedBy("lock")
  private final Map<Address, NodeView> connected = new LinkedHashMap<>();

  @GuardedBy("lock")
  private final NodePool pool = new NodePool();

  @GuardedBy("lock")
  private final SessionDriver driver;

  @GuardedBy("lock")
  private long returnGraceEndsMillis;

  @GuardedBy("lock")
  private @Nullable ChainPool lastPool;

  private volatile TaskCanceller canceller = (_, _, _) -> false;

  @SuppressWarnings("GuardedBy") // forget() is called under the lock, by the driver
  private SessionService(
      SessionSettings settings,
      SessionChain chain,
      SessionLog journal,
      InstantSource clock,
      RandomGenerator random) {
    this.settings = settings;
    this.chain = chain;
    this.clock = clock;
    this.random = random;
    this.secrets = new SeedSecrets(random);
    this.catalogue = new ModelCatalogue(chain);
    this.offers = new Offers(chain);
    this.driver =
        new SessionDriver(
            sessions,
            pool,
            chain,
            offers,
            new ChainCalls(chain, clock::millis, this::answered),
            journal,
            (session, task) -> {
              boolean _ = canceller.cancel(session, task, "the session is over");
            },
            this::forget);
  }

  /**
   * Reads the sessions in the journal and goes on with them. The caller adds the service to the
   * node directory as a listener, and calls {@link #advance} every now and then.
   *
   * @param random draws keys and secrets; a {@link java.security.SecureRandom} outside of tests
   */
  public static SessionService start(
      SessionSettings settings,
      SessionChain chain,
      SessionLog journal,
      InstantSource clock,
      RandomGenerator random) {
    SessionService service = new SessionService(settings, chain, journal, clock, random);
    service.restore(journal.load());
    return service;
  }

  /** Tells how tasks of a session that is over are ended. */
  public void cancelTasksWith(TaskCanceller tasks) {
    canceller = tasks;
  }

  private void restore(List<SessionLog.Stored> all) {
    long now = clock.millis();
    synchronized (lock) {
      returnGraceEndsMillis = now + RETURN_GRACE_MILLIS;
      for (SessionLog.Stored stored : all) {
        try {
          SessionArchive.Opening opening = SessionArchive.decode(stored.terms());
          SessionArchive.Restored restored = SessionArchive.restore(opening.terms(), stored);
          LiveSession session =
              new LiveSession(restored.state(), opening.opened(), stored.keyHash());
          session.stored = true;
          restored.events().forEach(session::note);
          add(session);
          if (session.state.released()) {
            forget(session);
          } else {
            takeUpAgain(session, now);
          }
        } catch (JournalFormatException | IllegalArgumentException e) {
          // One damaged session must not keep the others from their money.
          log.error(
              "session {} in the journal cannot be read and is left alone", stored.sessionId(), e);
        }
      }
    }
  }

  @GuardedBy("lock")
  private void takeUpAgain(LiveSession session, long now) {
    if (session.state.fundedWei().signum() > 0) {
      session.onChain = chain.find(session.sessionId()).orElse(null);
      if (session.onChain == null) {
        log.warn("session {}: the chain does not know it now", session.id());
      }
    }
    SessionTransition _ = driver.drive(session, new SessionEvent.GatewayRestarted(), now);
  }

  @Override
  public CompletableFuture<OpenedSession> open(SignedSessionRequest signed) {
    Digest secret;
    try {
      SessionRefusals.check(signed, settings, clock.millis());
      checkNew(signed.request());
      secret = secretFor(signed);
    } catch (SessionRefusedException e) {
      return CompletableFuture.failedFuture(e);
    }
    String apiKey = newKey();
    return openNow(signed, secret, hash(apiKey), apiKey, null);
  }

  @Override
  public Digest takeIn(SignedSessionRequest signed) throws SessionRefusedException {
    SessionRefusals.check(signed, settings, Address.ZERO, clock.millis());
    checkNew(signed.request());
    return secretFor(signed);
  }

  @Override
  public CompletableFuture<SessionView> openWaiting(Announcement waiting) {
    SignedSessionRequest signed =
        new SignedSessionRequest(
            waiting.request(),
            waiting.requestSignature(),
            waiting.clientRandom(),
            SelectionSeed.commitmentTo(waiting.pledge().gatewaySecret()),
            waiting.validatorSet(),
            waiting.pending().maxTasks(),
            waiting.pending().subnetId(),
            null);
    try {
      SessionRefusals.check(signed, settings, Address.ZERO, clock.millis());
      checkNew(signed.request());
      SessionRefusals.checkNonce(signed, chain.standing().validatorSet());
    } catch (SessionRefusedException e) {
      return CompletableFuture.failedFuture(e);
    }
    OpeningProposal.Entry entry =
        new OpeningProposal.Entry(
            settings.gateway(),
            waiting.entry(),
            waiting.pledge().validUntilMillis(),
            waiting.pledgeSignature());
    ByteString keyHash = ByteString.copyFrom(waiting.pending().keyHash().bytes());
    return openNow(signed, waiting.pledge().gatewaySecret(), keyHash, "", entry)
        .thenApply(OpenedSession::session);
  }

  private CompletableFuture<OpenedSession> openNow(
      SignedSessionRequest signed,
      Digest secret,
      ByteString keyHash,
      String apiKey,
      OpeningProposal.@Nullable Entry entry) {
    return chain
        .refresh()
        .handle((_, failure) -> failure)
        .thenCompose(
            failure -> {
              if (failure != null) {
                log.warn("the chain cannot be read: {}", failure.toString());
                return CompletableFuture.failedFuture(
                    new SessionRefusedException(
                        Reason.CHAIN_UNAVAILABLE,
                        "The chain cannot be read now; nothing was opened. Try again."));
              }
              try {
                return openChecked(signed, secret, keyHash, apiKey, entry);
              } catch (SessionRefusedException e) {
                return CompletableFuture.failedFuture(e);
              }
            });
  }

  /** Uses the secret that the client's nonce binds. */
  private Digest secretFor(SignedSessionRequest signed) throws SessionRefusedException {
    SessionRefusals.checkNonce(signed, chain.standing().validatorSet());
    return secrets
        .use(signed.seedCommitment())
        .orElseThrow(
            () ->
                new SessionRefusedException(
                    Reason.STALE_SEED_COMMITMENT,
                    "seedCommitment: "
                        + signed.seedCommitment()
                        + " is not one of this gateway's that are unused (expected: what GET"
                        + " /api/v1/network gave you; read it again, sign again)."));
  }

  private CompletableFuture<OpenedSession> openChecked(
      SignedSessionRequest signed,
      Digest secret,
      ByteString keyHash,
      String apiKey,
      OpeningProposal.@Nullable Entry entry)
      throws SessionRefusedException {
    SessionRequest request = signed.request();
    SessionId id = SessionId.of(settings.domain().digest(request).bytes());
    long now = clock.millis();
    LiveSession session;
    synchronized (lock) {
      SessionChain.Quote quote =
          offers.choose(request.model(), signed.subnet(), connected.values());
      checkRoom();
      SessionTerms terms =
          new SessionTerms(
              id,
              request.client(),
              request.model(),
              request.redundancy(),
              request.redundancy() + settings.spares(),
              request.budgetWei(),
              signed.maxTasks(),
              request.expiryMillis(),
              settings.timings());
      SessionArchive.Opened opened =
          new SessionArchive.Opened(
              request,
              signed.signature(),
              signed.clientRandom(),
              secret,
              signed.validatorSet(),
              quote.subnetId(),
              quote.version(),
              quote.price(),
              signed.maxTasks(),
              signed.permit(),
              entry);
      if (byKeyHash.containsKey(keyHash)) {
        throw new SessionRefusedException(
            Reason.BAD_TERMS, "pending.keyHash: used before (expected: another key).");
      }
      session = new LiveSession(terms, now, opened, keyHash);
      add(session);
      driver.request(session, terms, now);
    }
    afterwards();
    return session.settled.thenCompose(_ -> outcome(session, apiKey));
  }

  private CompletableFuture<OpenedSession> outcome(LiveSession session, String apiKey) {
    synchronized (lock) {
      if (session.state.phase() instanceof SessionPhase.Active) {
        return CompletableFuture.completedFuture(
            new OpenedSession(session.view(), apiKey, session.selection()));
      }
      if (!session.stored) {
        remove(session);
      }
      SessionRefusedException why = session.refusal();
      return CompletableFuture.failedFuture(
          why != null ? why : SessionRefusals.notOpened(session.state.phase()));
    }
  }

  /** What the chain answered, on whatever thread it did. */
  private void answered(LiveSession session, List<SessionEvent> events) {
    synchronized (lock) {
      driver.answer(session, events, clock.millis());
    }
    afterwards();
  }

  private void checkNew(SessionRequest request) throws SessionRefusedException {
    synchronized (lock) {
      if (sessions.containsKey(settings.domain().digest(request).hex())) {
        throw new SessionRefusedException(
            Reason.NONCE_USED, "request: sent before (expected: another nonce for every session).");
      }
    }
  }

  @GuardedBy("lock")
  private void checkRoom() throws SessionRefusedException {
    if (sessions.size() - ended.size() >= settings.maxSessions()) {
      throw new SessionRefusedException(
          Reason.NO_CAPACITY,
          "This gateway has " + settings.maxSessions() + " sessions open; try again later.");
    }
  }

  @Override
  public CompletableFuture<SessionView> close(String sessionId) {
    LiveSession session;
    CompletableFuture<Void> written;
    synchronized (lock) {
      session = sessions.get(sessionId);
      if (session == null) {
        return CompletableFuture.failedFuture(
            new SessionRefusedException(
                Reason.UNKNOWN_SESSION, "No such session: " + sessionId + "."));
      }
      SessionTransition _ =
          driver.drive(
              session,
              new SessionEvent.CloseRequested(SessionPhase.CloseCause.CLIENT),
              clock.millis());
      written = session.lastWrite;
    }
    afterwards();
    return written.handle(
        (_, failure) -> {
          if (failure != null) {
            throw new CompletionException(
                new SessionRefusedException(
                    Reason.NOT_STORED, "The close could not be stored; try again."));
          }
          synchronized (lock) {
            return session.view();
          }
        });
  }

  @Override
  public SessionGrant hold(String sessionId, String taskId, BigInteger maxWei)
      throws TaskRejectedException {
    TaskId task = TaskId.parse(taskId);
    synchronized (lock) {
      LiveSession session = sessions.get(sessionId);
      if (session == null) {
        throw new TaskRejectedException(
            TaskRejectedException.Reason.UNKNOWN_SESSION, "No such session: " + sessionId + ".", 0);
      }
      if (!session.state.holds().containsKey(task)) {
        SessionTransition transition =
            driver.drive(session, new SessionEvent.TaskHeld(task, maxWei), clock.millis());
        if (transition instanceof SessionTransition.Rejected rejected) {
          throw SessionRefusals.rejected(rejected, session.state.phase());
        }
      }
      return session.grant();
    }
  }

  @Override
  public boolean count(String sessionId, String taskId, TaskUsage usage) {
    return drive(sessionId, new SessionEvent.TaskCounted(TaskId.parse(taskId), usage.priceWei()));
  }

  @Override
  public void release(String sessionId, String taskId) {
    boolean _ = drive(sessionId, new SessionEvent.TaskDropped(TaskId.parse(taskId)));
  }

  private boolean drive(String sessionId, SessionEvent event) {
    boolean moved;
    synchronized (lock) {
      LiveSession session = sessions.get(sessionId);
      moved =
          session != null
              && driver.drive(session, event, clock.millis()) instanceof SessionTransition.Moved;
    }
    afterwards();
    return moved;
  }

  @Override
  public Optional<SessionGrant> grant(String sessionId) {
    synchronized (lock) {
      return Optional.ofNullable(sessions.get(sessionId)).map(LiveSession::grant);
    }
  }

  @Override
  public Set<String> holders(Address node) {
    synchronized (lock) {
      return pool.holders(node);
    }
  }

  @Override
  public Optional<SessionView> byApiKey(String apiKey) {
    ByteString hash = hash(apiKey);
    synchronized (lock) {
      return Optional.ofNullable(byKeyHash.get(hash)).map(LiveSession::view);
    }
  }

  @Override
  public Optional<SessionView> byId(String sessionId) {
    synchronized (lock) {
      return Optional.ofNullable(sessions.get(sessionId)).map(LiveSession::view);
    }
  }

  @Override
  public List<SessionView> ofClient(String client) {
    synchronized (lock) {
      return sessions.values().stream()
          .map(LiveSession::view)
          .filter(view -> view.client().equals(client))
          .sorted(Comparator.comparingLong(SessionView::createdAtMillis).reversed())
          .toList();
    }
  }

  @Override
  public List<ModelView> models() {
    return catalogue.models();
  }

  @Override
  public List<ModelView> models(SessionView view) {
    LiveSession session;
    synchronized (lock) {
      session = sessions.get(view.id());
    }
    return session == null
        ? Sessions.super.models(view)
        : catalogue.of(session.opened.subnetId()).stream()
            .filter(model -> session.grant().allowsModel(model.id()))
            .toList();
  }

  @Override
  public List<SubnetView> subnets() {
    return chain.standing().subnetIds().stream()
        .map(id -> new SubnetView(id, catalogue.of(id), chain.gateways(id)))
        .toList();
  }

  @Override
  public boolean lists(String sessionId, String model) {
    LiveSession session;
    synchronized (lock) {
      session = sessions.get(sessionId);
    }
    return session == null || offers.lists(session.opened.subnetId(), model);
  }

  @Override
  public String withPlaces(String message, String model) {
    return offers.withPlaces(message, model);
  }

  @Override
  public int activeCount() {
    synchronized (lock) {
      return (int)
          sessions.values().stream()
              .filter(session -> session.state.phase() instanceof SessionPhase.Active)
              .count();
    }
  }

  @Override
  public Digest seedCommitment() {
    return secrets.commitment();
  }

  @Override
  public SessionChain.Standing standing() {
    return chain.standing();
  }

  @Override
  public String nodeState(String nodeId) {
    synchronized (lock) {
      return pool.label(Address.parse(nodeId), chain.pool());
    }
  }

  @Override
  public boolean isInPool(String nodeId) {
    return chain.pool().node(Address.parse(nodeId)).isPresent();
  }

  @Override
  public Optional<NodeReputation> reputation(String nodeId) {
    return chain.pool().reputation(Address.parse(nodeId));
  }

  /** Lets deadlines that passed take effect. */
  public void advance() {
    long now = clock.millis();
    synchronized (lock) {
      driver.advance(now);
      followChain(now);
      if (returnGraceEndsMillis > 0 && now >= returnGraceEndsMillis) {
        returnGraceEndsMillis = 0;
        giveUpAbsentNodes(now);
      }
    }
    afterwards();
  }

  /** What the chain says since: other prices, nodes that passed their test. */
  @GuardedBy("lock")
  private void followChain(long now) {
    ChainPool pool = chain.pool();
    if (!pool.equals(lastPool)) {
      lastPool = pool;
      catalogue.refresh(connected.values());
      driver.searchAgain(now);
    }
  }

  @GuardedBy("lock")
  private void giveUpAbsentNodes(long now) {
    for (LiveSession session : List.copyOf(sessions.values())) {
      for (Address node : session.state.reservedNodes()) {
        if (!connected.containsKey(node)) {
          SessionTransition _ =
              driver.drive(
                  session,
                  new SessionEvent.NodeLost(node, "did not return after the gateway restarted"),
                  now);
        }
      }
    }
  }

  @Override
  public void onJoined(NodeView view) {
    Address node = Address.parse(view.id());
    long now = clock.millis();
    synchronized (lock) {
      connected.put(node, view);
      pool.joined(node, view);
      catalogue.refresh(connected.values());
      takeSeatsAgain(node, view, now);
      driver.searchAgain(now);
    }
  }

  /** After a restart the pool learns from the sessions which slots are taken. */
  @GuardedBy("lock")
  private void takeSeatsAgain(Address node, NodeView view, long now) {
    for (LiveSession session : List.copyOf(sessions.values())) {
      SessionId id = session.state.terms().sessionId();
      if (session.state.seats().get(node) != Seat.RESERVED || pool.holds(node, id)) {
        continue;
      }
      boolean able =
          offers.able(session.opened.subnetId(), session.state.terms().model()).test(view);
      if (!able || !pool.reserve(node, id)) {
        String why = able ? "came back with fewer slots" : "came back with other models or weights";
        SessionTransition _ = driver.drive(session, new SessionEvent.NodeLost(node, why), now);
      }
    }
  }

  @Override
  public void onDraining(String nodeId) {
    gone(nodeId, "it drains");
  }

  @Override
  public void onLeft(String nodeId) {
    gone(nodeId, "it is gone");
  }

  private void gone(String nodeId, String reason) {
    Address node = Address.parse(nodeId);
    long now = clock.millis();
    synchronized (lock) {
      if (connected.remove(node) != null) {
        catalogue.refresh(connected.values());
        driver.tell(pool.left(node, reason), now);
      }
    }
    afterwards();
  }

  private void afterwards() {
    List<Runnable> all;
    synchronized (lock) {
      all = driver.takeAfterwards();
    }
    all.forEach(Runnable::run);
  }

  @GuardedBy("lock")
  private void add(LiveSession session) {
    sessions.put(session.id(), session);
    byKeyHash.put(session.keyHash, session);
  }

  @GuardedBy("lock")
  private void remove(LiveSession session) {
    sessions.remove(session.id(), session);
    byKeyHash.remove(session.keyHash, session);
    ended.remove(session);
  }

  @GuardedBy("lock")
  private void forget(LiveSession session) {
    if (sessions.get(session.id()) != session) {
      // It never opened: nobody knows of it.
      return;
    }
    ended.add(session);
    while (ended.size() > settings.maxEnded()) {
      remove(ended.getFirst());
    }
  }

  private String newKey() {
    byte[] bytes = new byte[KEY_BYTES];
    random.nextBytes(bytes);
    return "mk_" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static ByteString hash(String apiKey) {
    return ByteString.copyFrom(Sha256.hash(apiKey.getBytes(StandardCharsets.UTF_8)).bytes());
  }
}

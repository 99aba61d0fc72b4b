package io.myelin.gateway.chain;

import io.myelin.chain.ChainClient;
import io.myelin.chain.ChainException;
import io.myelin.chain.EventLog;
import io.myelin.chain.LogFilter;
import io.myelin.chain.RevertReason;
import io.myelin.chain.transaction.TransactionOutcome;
import io.myelin.chain.transaction.TransactionSender;
import io.myelin.contracts.Session;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.contracts.terms.TermsEvent;
import io.myelin.contracts.write.ChainWrites;
import io.myelin.gateway.chain.Committee.NoQuorumException;
import io.myelin.gateway.chain.Committee.Quorum;
import io.myelin.gateway.journal.Journal;
import io.myelin.gateway.session.ChainPool;
import io.myelin.gateway.session.OnChain;
import io.myelin.gateway.session.ReceiptProofs;
import io.myelin.gateway.session.SessionChain;
import io.myelin.gateway.session.SessionOpening;
import io.myelin.gateway.session.SessionRefusedException.Reason;
import io.myelin.gateway.session.SignedPermit;
import io.myelin.gateway.session.WhereServed;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.receipt.Receipt;
import io.myelin.protocol.receipt.SignedReceipt;
import io.myelin.protocol.selection.Candidate;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sessions on an EVM chain: the committee's word, one transaction to open, one to settle many. */
public final class ChainSessions implements SessionChain, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ChainSessions.class);

  private static final int TERMS_ATTEMPTS = 120;
  private static final Duration TERMS_PAUSE = Duration.ofSeconds(1);

  private final NetworkContracts network;
  private final Committee committee;
  private final Conduct conduct;
  private final ChainWrites writes;
  private final ChainView view;
  private final Settlements settlements;
  private final Finalizations finalizations;
  private final PoolUpkeep upkeep;
  private final WorkAudit audit;
  private final ReceiptProofs proofs;
  private final Map<SessionId, Quorum> approvals = new ConcurrentHashMap<>();
  private final ExecutorService work =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("gateway-chain-", 0).factory());
  private final AtomicBoolean ticking = new AtomicBoolean();
  private volatile PoolUpkeep.Connected connected =
      new PoolUpkeep.Connected(
          List::of,
          (_, _, _) -> CompletableFuture.failedFuture(new IllegalStateException()),
          (_, _) -> {},
          (_, _) -> {});
  private volatile Consumer<SessionId> closing = _ -> {};
  private volatile Function<Address, Optional<URI>> urls = _ -> Optional.empty();

  /**
   * Sessions of one gateway.
   *
   * @param sender of the gateway's key, which pays the gas
   * @param subnets the gateway is admitted to, the default one first
   * @param firstBlock no event of the network is older
   * @param conduct what it makes of what was drawn and proven
   */
  public ChainSessions(
      ChainClient chain,
      NetworkContracts network,
      TransactionSender sender,
      Committee committee,
      Journal journal,
      List<Digest> subnets,
      long firstBlock,
      Conduct conduct) {
    this.network = network;
    this.conduct = conduct;
    this.committee = committee;
    this.writes = new ChainWrites(sender);
    this.view = new ChainView(chain, network, subnets, firstBlock, id -> closing.accept(id));
    CommitteePin pin = new CommitteePin(chain, network, sender.account(), writes, view);
    this.audit = new WorkAudit(chain, network, sender.account(), committee, pin, journal);
    this.settlements =
        new Settlements(
            chain,
            network,
            sender.account(),
            committee,
            writes,
            journal,
            view,
            pin,
            audit,
            conduct,
            this::find);
    this.finalizations =
        new Finalizations(chain, network, writes, journal.settlements(), view, this::find);
    ChainView.Snapshot _ = view.refresh();
    this.proofs =
        new SettledProofs(
            journal.tasks(),
            settlements.claims(),
            id -> settlements.isSettled(id) ? find(id) : Optional.empty());
    this.upkeep =
        new PoolUpkeep(
            chain,
            network,
            committee,
            writes,
            view,
            work,
            System::nanoTime,
            InstantSource.system());
  }

  /**
   * Reads the chain once and begins to settle; blocks.
   *
   * @param onClosing told of sessions that their clients close on chain
   */
  public void start(Consumer<SessionId> onClosing) {
    closing = onClosing;
    // Sessions closed while the gateway was down were read when nobody listened yet.
    view.tellAll();
    settlements.start();
    audit.start();
  }

  /** Looks at the chain, and does what is due: for a timer, every second or so. Never blocks. */
  public void tick() {
    if (ticking.getAndSet(true)) {
      return;
    }
    var _ =
        run(() -> {
              view.refresh();
              finalizations.run();
              upkeep.run(connected);
              return true;
            })
            .whenComplete(
                (_, failure) -> {
                  ticking.set(false);
                  if (failure != null) {
                    log.warn("the chain: {}", failure.toString());
                  }
                });
  }

  /** From now on asks for the tests of these nodes: those connected to the gateway. */
  public void testNodes(PoolUpkeep.Connected nodes) {
    connected = nodes;
  }

  /**
   * A task's receipt is in the journal: validators are shown it, and what they want to see of the
   * work. Never blocks.
   *
   * @param taskId 64 hex digits
   */
  public void receipted(String taskId) {
    audit.receipted(taskId);
  }

  /**
   * An alarm: validators are shown what these nodes did for a task. Never blocks.
   *
   * @param taskId 64 hex digits
   */
  public void suspected(String taskId, List<Address> nodes) {
    audit.suspected(taskId, nodes);
  }

  /** From now on a receipt is made again, and signed by this, without a replica that lied. */
  public void makeReceiptsAgainWith(Function<Receipt, SignedReceipt> signing) {
    settlements.makeAgainWith(signing);
  }

  /** The way from receipts to the roots on chain. */
  public ReceiptProofs proofs() {
    return proofs;
  }

  @Override
  public Standing standing() {
    return view.now().standing();
  }

  @Override
  public Optional<Quote> quote(Digest subnetId, String model) {
    return view.now().quote(subnetId, model);
  }

  /** What the gateway's subnets list as weights of a model, each. */
  public List<Digest> listedWeights(String model) {
    return standing().subnetIds().stream()
        .flatMap(subnet -> quote(subnet, model).stream())
        .map(Quote::weightsDigest)
        .toList();
  }

  @Override
  public List<Address> gateways(Digest subnetId) {
    return view.now().gateways(subnetId);
  }

  @Override
  public WhereServed whereServed() {
    return model -> view.now().places(model, urls);
  }

  /**
   * From now on tells clients where other gateways answer, as far as this knows; must not block.
   */
  public void findGatewaysWith(Function<Address, Optional<URI>> known) {
    urls = known;
  }

  @Override
  public ChainPool pool() {
    return view.now();
  }

  @Override
  public void wantWeights(long validatorSet) {
    view.want(validatorSet);
  }

  @Override
  public CompletableFuture<ChainPool> refresh() {
    return run(view::refresh);
  }

  @Override
  public CompletableFuture<Void> approve(SessionId session, SessionOpening opening) {
    return done(
        () -> {
          approvals.put(session, ask(conduct.opening(opening)));
          return null;
        });
  }

  private Quorum ask(SessionOpening opening) throws NoQuorumException, InterruptedException {
    return committee.approve(
        terms(opening),
        opening.candidates(),
        absent(opening.candidates()),
        Optional.ofNullable(opening.entry()));
  }

  @Override
  public CompletableFuture<OnChain> open(SessionId session, SessionOpening drawn) {
    return run(
        () -> {
          SessionOpening opening = conduct.opening(drawn);
          Quorum quorum = approvals.remove(session);
          if (quorum == null) {
            quorum = ask(opening);
          }
          TransactionOutcome outcome =
              writes.once(
                  openingName(session),
                  network
                      .sessions()
                      .open(
                          terms(opening).approved(quorum.seats(), quorum.signatures()),
                          permit(opening.permit())));
          return opened(session, outcome);
        });
  }

  @Override
  public Optional<CompletableFuture<OnChain>> opened(SessionId session) {
    return writes.isKnown(openingName(session))
        ? Optional.of(run(() -> opened(session, writes.awaitKnown(openingName(session)))))
        : Optional.empty();
  }

  private static String openingName(SessionId session) {
    return "open/" + session.hex();
  }

  private OnChain opened(SessionId session, TransactionOutcome outcome)
      throws InterruptedException {
    if (outcome instanceof TransactionOutcome.Succeeded) {
      return awaitTerms(session);
    }
    throw new Refusal(reasonOf(outcome), "the session was not opened: " + explain(outcome));
  }

  /**
   * The terms of a session whose transaction succeeded. A chain that falls silent just now must not
   * make the client believe that it has no session.
   */
  private OnChain awaitTerms(SessionId session) throws InterruptedException {
    for (int attempt = 1; ; attempt++) {
      try {
        Optional<OnChain> found = find(session);
        if (found.isPresent()) {
          return found.get();
        }
      } catch (ChainException e) {
        log.warn("session {}: opened, its terms are not read yet: {}", session, e.getMessage());
      }
      if (attempt == TERMS_ATTEMPTS) {
        throw new IllegalStateException(
            "session "
                + session
                + " was opened, and the chain does not say so now; ./myelin session refund brings"
                + " its budget back");
      }
      Thread.sleep(TERMS_PAUSE);
    }
  }

  private static Reason reasonOf(TransactionOutcome outcome) {
    String name =
        ChainWrites.reason(outcome).orElse(null) instanceof RevertReason.Custom custom
            ? custom.name()
            : "";
    return switch (name) {
      case "ERC20InsufficientAllowance", "ERC20InsufficientBalance", "Underfunded" ->
          Reason.INSUFFICIENT_FUNDS;
      case "NoFreeSlot" -> Reason.SLOT_TAKEN;
      case "UnknownNode", "SameOwner" -> Reason.NO_CAPACITY;
      case "BadExpiry", "BadBudget", "BadNodes", "PriceNotQuotable", "UnknownModel" ->
          Reason.BAD_TERMS;
      case "SetNotUsable" -> Reason.BAD_NONCE;
      case "WrongPhase" -> Reason.NONCE_USED;
      default -> Reason.CHAIN_UNAVAILABLE;
    };
  }

  private static String explain(TransactionOutcome outcome) {
    String text = ChainWrites.text(outcome);
    return switch (reasonOf(outcome)) {
      case INSUFFICIENT_FUNDS ->
          text
              + " (expected: an account that holds the budget in tokens, and a permit in the"
              + " request or an allowance for the payment contract; ./myelin account money shows"
              + " both)";
      default -> text;
    };
  }

  @Override
  public CompletableFuture<OnChain> extend(OnChain session, Extension extension) {
    return run(
        () -> {
          Quorum quorum = committee.extend(session, extension, absent(extension.candidates()));
          TransactionOutcome outcome =
              writes.once(
                  "extend/" + session.id().hex() + "/" + session.brief().seats().size(),
                  network
                      .sessions()
                      .extend(
                          ChainTerms.forSession(session.brief()),
                          ChainTerms.forSession(session.tail()),
                          extension.nodes(),
                          quorum.seats(),
                          quorum.signatures()));
          if (outcome instanceof TransactionOutcome.Succeeded) {
            return find(session.id()).orElseThrow();
          }
          throw new Refusal(reasonOf(outcome), "no node was added: " + ChainWrites.text(outcome));
        });
  }

  @Override
  public CompletableFuture<Ending> settle(OnChain session) {
    return settlements.settle(session);
  }

  @Override
  public CompletableFuture<Void> giveUp(OnChain session) {
    return done(() -> settlements.giveUp(session));
  }

  @Override
  public Optional<OnChain> find(SessionId session) {
    LogFilter filter =
        new LogFilter(
            List.of(network.sessions().address()),
            List.of(
                List.of(
                    Session.SessionOpenedEvent.TYPE.topic(),
                    Session.SessionExtendedEvent.TYPE.topic()),
                List.of(ChainTerms.word(session))));
    @Nullable OnChain found = null;
    for (EventLog log : view.logs(filter)) {
      TermsEvent event = TermsEvent.from(log).orElse(null);
      if (event instanceof TermsEvent.Opened opened) {
        found = new OnChain(opened.brief(), opened.tail(), 0);
      } else if (event instanceof TermsEvent.Extended extended && found != null) {
        found = new OnChain(extended.brief(), found.tail(), found.extensions() + 1);
      }
    }
    return Optional.ofNullable(found);
  }

  /** Every node of the pool with a free slot that is not among the candidates. */
  private Map<Address, String> absent(List<Candidate> candidates) {
    Set<Address> among = new HashSet<>();
    candidates.forEach(candidate -> among.add(candidate.node()));
    Map<Address, String> left = new TreeMap<>();
    view.now()
        .pool()
        .forEach(
            (node, entry) -> {
              if (entry.freeSlots() > 0 && !among.contains(node)) {
                left.put(node, "not connected here, without the model, or of the session already");
              }
            });
    return left;
  }

  private static ChainTerms.OpeningTerms terms(SessionOpening opening) {
    return new ChainTerms.OpeningTerms(
        opening.request(),
        io.myelin.chain.Bytes.of(opening.signature().bytes()),
        opening.clientRandom(),
        opening.gatewaySecret(),
        opening.validatorSet(),
        opening.subnetId(),
        opening.priceVersion(),
        opening.nodes(),
        opening.maxTasks());
  }

  private static Session.Permit permit(@Nullable SignedPermit permit) {
    if (permit == null) {
      return ChainTerms.noPermit();
    }
    byte[] signature = permit.signature().bytes();
    return new Session.Permit(
        permit.valueWei(),
        BigInteger.valueOf(permit.deadlineSeconds()),
        signature[64],
        Digest.of(Arrays.copyOfRange(signature, 0, 32)),
        Digest.of(Arrays.copyOfRange(signature, 32, 64)));
  }

  private CompletableFuture<Void> done(Callable<?> task) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    var _ =
        run(task)
            .whenComplete(
                (_, failure) -> {
                  if (failure == null) {
                    done.complete(null);
                  } else {
                    done.completeExceptionally(failure);
                  }
                });
    return done;
  }

  private <T> CompletableFuture<T> run(Callable<T> task) {
    CompletableFuture<T> future = new CompletableFuture<>();
    try {
      work.execute(
          () -> {
            try {
              future.complete(task.call());
            } catch (NoQuorumException e) {
              future.completeExceptionally(
                  new Refusal(
                      switch (e.why()) {
                        case REFUSED -> Reason.NOT_APPROVED;
                        case SILENT -> Reason.CHAIN_UNAVAILABLE;
                        case POOL_MOVED -> Reason.SLOT_TAKEN;
                      },
                      String.valueOf(e.getMessage())));
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
              future.completeExceptionally(e);
            } catch (Exception | LinkageError e) {
              future.completeExceptionally(e);
            }
          });
    } catch (RejectedExecutionException e) {
      future.completeExceptionally(new IllegalStateException("the gateway stops", e));
    }
    return future;
  }

  @Override
  public void close() {
    settlements.close();
    audit.close();
    work.shutdownNow();
  }
}

package io.myelin.gateway.chain;

import com.google.protobuf.ByteString;
import io.myelin.chain.ChainClient;
import io.myelin.chain.ChainException;
import io.myelin.chain.transaction.TransactionOutcome;
import io.myelin.contracts.InferencePayment;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.contracts.write.ChainWrites;
import io.myelin.gateway.chain.Committee.BadSessionsException;
import io.myelin.gateway.chain.Committee.Batch;
import io.myelin.gateway.chain.Committee.Claim;
import io.myelin.gateway.chain.Committee.NoQuorumException;
import io.myelin.gateway.chain.Committee.Quorum;
import io.myelin.gateway.journal.Journal;
import io.myelin.gateway.session.OnChain;
import io.myelin.gateway.session.SessionChain.Ending;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.receipt.Receipt;
import io.myelin.protocol.receipt.ReceiptFormatException;
import io.myelin.protocol.receipt.SignedReceipt;
import io.myelin.protocol.work.WorkObjection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settles sessions, many in one transaction, and turns settlements into credits once their
 * challenge window is over. One batch at a time: the contract numbers them, and validators sign one
 * content for a number, ever. So a batch is in the journal before its committee is asked.
 */
final class Settlements implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Settlements.class);
  private static final int MOST_SESSIONS = 64;
  private static final Duration GATHER = Duration.ofMillis(200);
  private static final Duration AGAIN = Duration.ofSeconds(2);
  private static final int DISK_SECONDS = 30;

  private final ChainClient chain;
  private final NetworkContracts network;
  private final Address gateway;
  private final Committee committee;
  private final ChainWrites writes;
  private final Journal journal;
  private final ChainView view;
  private final Function<SessionId, Optional<OnChain>> find;
  private final EscrowRecords escrow;
  private final Claims claims;
  private final CommitteePin pin;
  private final WorkAudit audit;
  private final Map<SessionId, Due> due = new LinkedHashMap<>();
  private final Thread thread;
  private volatile Optional<Function<Receipt, SignedReceipt>> signer = Optional.empty();

  private record Due(OnChain session, CompletableFuture<Ending> settled) {}

  Settlements(
      ChainClient chain,
      NetworkContracts network,
      Address gateway,
      Committee committee,
      ChainWrites writes,
      Journal journal,
      ChainView view,
      CommitteePin pin,
      WorkAudit audit,
      Conduct conduct,
      Function<SessionId, Optional<OnChain>> find) {
    this.chain = chain;
    this.network = network;
    this.gateway = gateway;
    this.committee = committee;
    this.writes = writes;
    this.journal = journal;
    this.view = view;
    this.find = find;
    this.escrow = new EscrowRecords(chain, network);
    this.claims = new Claims(network.domain(), journal.tasks(), conduct);
    this.pin = pin;
    this.audit = audit;
    this.thread = Thread.ofVirtual().name("gateway-settlements").unstarted(this::work);
  }

  void start() {
    thread.start();
  }

  /** What a session's receipts prove, and the way to each of them. */
  Claims claims() {
    return claims;
  }

  boolean isSettled(SessionId session) {
    return escrow.phase(session).isSettled();
  }

  CompletableFuture<Ending> settle(OnChain session) {
    synchronized (due) {
      Due known =
          due.computeIfAbsent(session.id(), _ -> new Due(session, new CompletableFuture<>()));
      due.notifyAll();
      return known.settled().copy();
    }
  }

  /** Everything back to the client; nothing to do when the session's money has a destination. */
  Void giveUp(OnChain session) throws InterruptedException, TimeoutException {
    if (escrow.phase(session.id()).isSettled()) {
      return null;
    }
    TransactionOutcome outcome =
        writes.once(
            "fail/" + session.id().hex(),
            network.payment().fail(ChainTerms.forPayment(session.brief())));
    if (!(outcome instanceof TransactionOutcome.Succeeded)
        && !escrow.phase(session.id()).isSettled()) {
      throw new IllegalStateException("not given up: " + ChainWrites.text(outcome));
    }
    noteSettled(session.id());
    return null;
  }

  private void work() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        synchronized (due) {
          while (due.isEmpty()) {
            due.wait();
          }
        }
        Thread.sleep(GATHER);
        try {
          oneBatch();
        } catch (NoQuorumException
            | TimeoutException
            | ExecutionException
            | ChainException
            | IllegalStateException e) {
          log.warn("settling will be tried again: {}", e.getMessage());
          Thread.sleep(AGAIN);
        }
      }
    } catch (InterruptedException e) {
      // close() ends it.
      Thread.currentThread().interrupt();
    }
  }

  private void oneBatch()
      throws InterruptedException, NoQuorumException, TimeoutException, ExecutionException {
    long number = network.payment().batches(gateway).on(chain).batch();
    String name = "settle/" + number;
    if (writes.isKnown(name)) {
      // An earlier run sent it; what it came to shows in the sessions' phases.
      TransactionOutcome known = writes.awaitKnown(name);
      int _ = noteSkipped(number, known);
      if (known instanceof TransactionOutcome.Succeeded) {
        List<Due> _ = dropSettled();
        return;
      }
    }
    List<Due> waiting = dropSettled();
    List<SessionId> ids = kept(number).orElseGet(() -> ids(waiting));
    if (ids.isEmpty()) {
      return;
    }
    Batch batch = batch(number, pin.set(), ids);
    Quorum quorum;
    while (true) {
      keep(number, batch);
      try {
        audit.showAll(batch);
        quorum = committee.attest(batch);
        break;
      } catch (BadSessionsException e) {
        // Nobody signed, so the batch may still change.
        log.error("left out of batch {}: {}", number, e.getMessage());
        leaveOutFalse(e.sessions().values().stream().flatMap(List::stream).toList());
        List<SessionId> good = ids.stream().filter(id -> !e.sessions().containsKey(id)).toList();
        putBack(e.sessions().keySet());
        if (good.isEmpty() || good.size() == ids.size()) {
          forget(number);
          throw new IllegalStateException("no session of the batch is right: " + e.getMessage(), e);
        }
        ids = good;
        batch = batch(number, batch.set(), ids);
      }
    }
    TransactionOutcome outcome =
        writes.once(
            name, network.payment().settle(items(batch), quorum.seats(), quorum.signatures()));
    if (!(outcome instanceof TransactionOutcome.Succeeded)) {
      throw new IllegalStateException("batch " + number + ": " + ChainWrites.text(outcome));
    }
    int skipped = noteSkipped(number, outcome);
    log.info("batch {} settled {} sessions", number, ids.size() - skipped);
    List<Due> _ = dropSettled();
  }

  /**
   * Sessions that somebody ended between the committee's word and its transaction keep that end.
   * Each is written down as what it is, also when nobody waits for it; how many there are.
   */
  private int noteSkipped(long number, TransactionOutcome outcome) {
    List<SessionId> skipped = escrow.skipped(outcome);
    for (SessionId session : skipped) {
      log.warn(
          "batch {}: session {} had ended otherwise and stays {}",
          number,
          session,
          escrow.phase(session));
      noteSettled(session);
    }
    return skipped.size();
  }

  /** From now on a receipt is made again, and signed by this, so that who lied is not paid. */
  void makeAgainWith(Function<Receipt, SignedReceipt> signing) {
    signer = Optional.of(signing);
  }

  /** The receipt without pay for who lied; empty when nobody else is paid, or nobody can sign. */
  private Optional<SignedReceipt> withoutLiar(TaskId task, String reason) {
    Optional<Function<Receipt, SignedReceipt>> signing = signer;
    Optional<Address> liar = WorkObjection.falseNode(reason);
    Optional<ByteString> json = journal.tasks().receipt(task.hex());
    if (signing.isEmpty() || liar.isEmpty() || json.isEmpty()) {
      return Optional.empty();
    }
    try {
      return SignedReceipt.parse(json.get().toStringUtf8())
          .receipt()
          .without(liar.get())
          .map(signing.get());
    } catch (ReceiptFormatException e) {
      throw new IllegalStateException("a receipt in the journal is damaged", e);
    }
  }

  /**
   * Work that a committee knows to be false is not settled: the session's next try has it not. The
   * others' of the same task is: they hold vouchers for it, and did it.
   */
  private void leaveOutFalse(Collection<String> reasons)
      throws InterruptedException, ExecutionException, TimeoutException {
    for (String reason : reasons) {
      Optional<TaskId> task = WorkObjection.falseTask(reason);
      if (task.isPresent()) {
        Optional<SignedReceipt> again = withoutLiar(task.get(), reason);
        log.warn(
            "task {} is {}: {}",
            task.get(),
            again.isPresent() ? "settled without who lied" : "not settled",
            reason);
        var _ =
            (again.isPresent()
                    ? journal.works().makeAgain(again.get())
                    : journal.works().leaveOut(task.get().hex(), reason))
                .get(DISK_SECONDS, TimeUnit.SECONDS);
      }
    }
  }

  /** Those a committee does not find right wait behind the others. */
  private void putBack(Collection<SessionId> bad) {
    synchronized (due) {
      bad.forEach(
          id -> {
            Due one = due.remove(id);
            if (one != null) {
              due.put(id, one);
            }
          });
    }
  }

  private List<SessionId> ids(List<Due> waiting) {
    return waiting.stream().limit(MOST_SESSIONS).map(one -> one.session().id()).toList();
  }

  /** Tells whoever waits for sessions that are settled by now; the others are returned. */
  private List<Due> dropSettled()
      throws InterruptedException, ExecutionException, TimeoutException {
    List<Due> all;
    synchronized (due) {
      all = List.copyOf(due.values());
    }
    List<Due> left = new ArrayList<>();
    for (Due one : all) {
      if (escrow.phase(one.session().id()).isSettled()) {
        // First: where its logs cannot be read yet, it is looked at again.
        Ending ending = ending(one.session());
        noteSettled(one.session().id());
        synchronized (due) {
          due.remove(one.session().id());
        }
        one.settled().complete(ending);
      } else {
        left.add(one);
      }
    }
    return left;
  }

  private Ending ending(OnChain session) {
    return switch (escrow.phase(session.id())) {
      case EXPIRED -> Ending.EXPIRED;
      case FAILED -> Ending.FAILED;
      case SETTLED ->
          switch (new SettledTerms(network, view::logs).of(session).outcome()) {
            case CLOSED -> Ending.SETTLED;
            case EXPIRED -> Ending.EXPIRED;
            case FAILED -> Ending.FAILED;
          };
      case NONE, ACTIVE, CLOSING, CLOSED -> Ending.SETTLED;
    };
  }

  private Batch batch(long number, long set, List<SessionId> ids) {
    List<Claim> all = new ArrayList<>();
    for (SessionId id : ids) {
      OnChain session =
          find.apply(id)
              .orElseThrow(() -> new IllegalStateException("session " + id + " is not on chain"));
      all.add(claims.of(session));
    }
    return new Batch(gateway, number, set, all);
  }

  private static List<InferencePayment.Item> items(Batch batch) {
    return batch.claims().stream()
        .map(
            claim ->
                ChainTerms.item(
                    claim.session().brief(),
                    claim.receiptsRoot(),
                    claim.tasks(),
                    claim.earnedWei()))
        .toList();
  }

  // The journal.

  private Optional<List<SessionId>> kept(long number) {
    return journal
        .settlements()
        .batch(number)
        .map(
            bytes -> {
              List<SessionId> ids = new ArrayList<>();
              for (int at = 0; at < bytes.size(); at += SessionId.LENGTH) {
                ids.add(SessionId.of(bytes.substring(at, at + SessionId.LENGTH).toByteArray()));
              }
              return ids;
            });
  }

  private void keep(long number, Batch batch)
      throws InterruptedException, ExecutionException, TimeoutException {
    ByteString content = ByteString.EMPTY;
    for (Claim claim : batch.claims()) {
      content = content.concat(ByteString.copyFrom(claim.session().id().bytes()));
    }
    var _ = journal.settlements().keepBatch(number, content).get(DISK_SECONDS, TimeUnit.SECONDS);
  }

  private void forget(long number)
      throws InterruptedException, ExecutionException, TimeoutException {
    var _ = journal.settlements().forgetBatch(number).get(DISK_SECONDS, TimeUnit.SECONDS);
  }

  private void noteSettled(SessionId session) {
    escrow
        .challengeUntilSeconds(session)
        .ifPresent(
            until -> {
              var _ = journal.settlements().settled(session.hex(), until);
            });
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}

package io.myelin.validator;

import com.google.protobuf.ByteString;
import io.myelin.committee.wire.Reason;
import io.myelin.engine.check.WorkChecker;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.crypto.Signers;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.receipt.Receipt;
import io.myelin.protocol.receipt.ReceiptFormatException;
import io.myelin.protocol.receipt.ReceiptNode;
import io.myelin.protocol.receipt.ReceiptWork;
import io.myelin.protocol.receipt.SignedReceipt;
import io.myelin.protocol.work.EvidenceFit;
import io.myelin.protocol.work.SignedWork;
import io.myelin.protocol.work.VerificationLevel;
import io.myelin.protocol.work.WorkFinding;
import io.myelin.protocol.work.WorkObjection;
import io.myelin.protocol.work.WorkSample;
import io.myelin.v1.ExamineReply;
import io.myelin.v1.SampleRequest;
import io.myelin.v1.WorkRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this validator checks of nodes' work: which answers it wants to see, a bounded queue of
 * those it was shown, and what it found. One answer is checked at a time, on a thread of its own,
 * so that nothing else this validator does has to wait.
 */
final class WorkDesk implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WorkDesk.class);
  private static final int MOST_RECEIPTS = 256;
  private static final int MOST_BYTES = 1 << 20;
  private static final int MOST_QUEUED = 32;
  private static final int MOST_REMEMBERED = 65_536;
  private static final int CHECK_SECONDS = 60;

  /** Lies of one node that are kept to be judged. */
  private static final int PROOFS_OF_A_NODE = 4;

  /** Answers of a node that this validator wants to see before it leaves it to its luck. */
  private static final int FIRST_ANSWERS = 1;

  private final ChainView view;
  private final OperatorKey key;
  private final Optional<WorkChecker> checker;
  private final WorkFiles files;
  private final WorkTerms terms;
  private final BlockingDeque<Job> queue = new LinkedBlockingDeque<>(MOST_QUEUED);
  private final Map<Digest, Known> examined = remembering();
  private final Map<Address, Integer> looked = new HashMap<>();
  private final Map<Digest, Accusation> accusations = new LinkedHashMap<>();
  private final Thread thread;

  /** What was found; the record itself lies in a file, and in memory only while it accuses. */
  private record Known(ExamineReply.Found found, String detail) {
    Examined of(SignedWork work) {
      return new Examined(work, found, detail);
    }
  }

  private record Job(SignedWork work, CompletableFuture<Examined> result) {}

  /**
   * A lie that is not judged yet, as far as this validator knows.
   *
   * @param sinceNanos when it found out
   */
  record Accusation(Examined lie, long sinceNanos) {}

  WorkDesk(ChainView view, OperatorKey key, Optional<WorkChecker> checker, WorkFiles files)
      throws IOException {
    this.view = view;
    this.key = key;
    this.checker = checker;
    this.files = files;
    this.terms = new WorkTerms(view);
    files.read().forEach(this::remember);
    this.thread = Thread.ofVirtual().name("validator-work").start(this::work);
  }

  private static <K, V> Map<K, V> remembering() {
    return new LinkedHashMap<>() {
      private static final long serialVersionUID = 1L;

      @Override
      protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > MOST_REMEMBERED;
      }
    };
  }

  /** Places of the receipts of which this validator wants to see the work. */
  List<Integer> sample(SampleRequest request) {
    long bytes = request.getReceiptsList().stream().mapToLong(ByteString::size).sum();
    if (request.getReceiptsCount() > MOST_RECEIPTS || bytes > MOST_BYTES) {
      throw new IllegalArgumentException(
          "receipts: %d of %d bytes together (expected: at most %d of %d)"
              .formatted(request.getReceiptsCount(), bytes, MOST_RECEIPTS, MOST_BYTES));
    }
    List<Integer> wanted = new ArrayList<>();
    for (int place = 0; checker.isPresent() && place < request.getReceiptsCount(); place++) {
      Receipt receipt = receipt(request.getReceipts(place));
      Optional<VerificationLevel> level = VerificationLevel.ofReceipt(receipt.verdict().level());
      if (level.filter(VerificationLevel::isChecked).isPresent()
          && !hasSeen(receipt)
          && (draws(receipt, level.get()) || isNew(receipt))) {
        wanted.add(place);
      }
    }
    return wanted;
  }

  /** A receipt that its gateway signed: who asks cannot try others until none is wanted. */
  private Receipt receipt(ByteString json) {
    try {
      SignedReceipt signed = SignedReceipt.parse(json.toStringUtf8());
      Receipt receipt = signed.receipt();
      if (!Signers.signedBy(
          receipt.gateway(),
          view.network().domain().digest(receipt.attestation()),
          signed.signature())) {
        throw new IllegalArgumentException(
            "receipt of task " + receipt.taskId() + ": not signed by " + receipt.gateway());
      }
      // Else anybody could ask, with a receipt of its own making, whether a task is drawn.
      Optional<Address> gateway = terms.gatewayOf(receipt.sessionId());
      if (gateway.filter(receipt.gateway()::equals).isEmpty()) {
        throw new IllegalArgumentException(
            "receipt of task %s: gateway %s (expected: %s, whose session it is)"
                .formatted(
                    receipt.taskId(),
                    receipt.gateway(),
                    gateway.map(Address::toString).orElse("a session of the chain")));
      }
      return receipt;
    } catch (ReceiptFormatException e) {
      throw new IllegalArgumentException("receipt: " + e.getMessage(), e);
    }
  }

  private boolean draws(Receipt receipt, VerificationLevel level) {
    return level.isChecked()
        && receipt.work().kind() == ReceiptWork.Kind.GENERATION
        && WorkSample.isDrawn(WorkSample.luck(key, receipt.taskId()), level);
  }

  private synchronized boolean isNew(Receipt receipt) {
    return receipt.work().kind() == ReceiptWork.Kind.GENERATION
        && receipt.nodes().stream()
            .anyMatch(node -> looked.getOrDefault(node.address(), 0) < FIRST_ANSWERS);
  }

  private synchronized boolean hasSeen(Receipt receipt) {
    return receipt.nodes().stream().map(WorkDesk::digest).allMatch(examined::containsKey);
  }

  private static Digest digest(ReceiptNode node) {
    return node.commitment().statement().hashStruct();
  }

  /**
   * Why a receipt is not to be paid as it is; empty when nothing speaks against it.
   *
   * @param level of the session, as the chain has it
   */
  Optional<String> objection(Receipt receipt, VerificationLevel level) {
    synchronized (this) {
      for (ReceiptNode node : receipt.nodes()) {
        Known known = examined.get(digest(node));
        if (known != null && known.found() == ExamineReply.Found.FOUND_LIE) {
          return Optional.of(
              WorkObjection.provenFalse(
                  receipt.taskId(), "node " + node.address() + ", " + known.detail()));
        }
      }
    }
    return checker.isPresent() && draws(receipt, level) && !hasSeen(receipt)
        ? Optional.of(WorkObjection.wanted(receipt.taskId()))
        : Optional.empty();
  }

  /**
   * Checks a record that somebody shows; done when it is checked.
   *
   * @throws RefusedException when it is no work of a session of this chain, or there is no room
   */
  CompletableFuture<Examined> examine(WorkRecord record) throws RefusedException {
    SignedWork work = SignedWork.of(record, view.network().domain());
    if (checker.isPresent() && known(work).isEmpty()) {
      terms.require(work);
    }
    return submit(work, false);
  }

  /** The same of work whose terms hold, before all others, for a verdict; blocks. */
  Examined judge(SignedWork work, int seconds) throws RefusedException {
    try {
      return submit(work, true).get(seconds, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RefusedException(Reason.BUSY, "interrupted");
    } catch (TimeoutException e) {
      throw new RefusedException(Reason.BUSY, "not checked within " + seconds + " s");
    } catch (ExecutionException e) {
      throw new RefusedException(Reason.BUSY, "not checked: " + e.getCause());
    }
  }

  private CompletableFuture<Examined> submit(SignedWork work, boolean first)
      throws RefusedException {
    if (checker.isEmpty()) {
      throw new RefusedException(
          Reason.NOT_EQUIPPED, "this validator has no copy of the model; others decide");
    }
    Optional<Examined> known = known(work);
    if (known.isPresent()) {
      return CompletableFuture.completedFuture(known.get());
    }
    Job job = new Job(work, new CompletableFuture<>());
    if (!(first ? queue.offerFirst(job) : queue.offerLast(job))) {
      throw new RefusedException(Reason.BUSY, MOST_QUEUED + " answers wait to be checked");
    }
    return job.result();
  }

  private synchronized Optional<Examined> known(SignedWork work) {
    return Optional.ofNullable(examined.get(work.digest())).map(known -> known.of(work));
  }

  private void work() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        Job job = queue.take();
        try {
          job.result().complete(check(job.work()));
        } catch (RuntimeException e) {
          LOG.error("work {} is not checked", job.work().digest(), e);
          job.result().completeExceptionally(e);
        }
      }
    } catch (InterruptedException e) {
      // close() ends it.
      Thread.currentThread().interrupt();
    }
  }

  private Examined check(SignedWork work) throws InterruptedException {
    Optional<Examined> known = known(work);
    if (known.isPresent()) {
      return known.get();
    }
    Optional<WorkFinding.Lie> misfit = EvidenceFit.misfit(work);
    Examined found = Examined.of(work, misfit.isPresent() ? misfit.get() : find(work));
    // Some convict a node; whoever sends more of them only fills the disk.
    if (!found.isLie() || proofs(work.node()) < PROOFS_OF_A_NODE) {
      keep(found);
    }
    remember(found);
    return found;
  }

  private void keep(Examined found) {
    SignedWork work = found.work();
    try {
      var file = files.keep(found, System.currentTimeMillis());
      if (found.isLie()) {
        LOG.warn(
            "node {} lied about task {}: {}; kept as {}",
            work.node(),
            work.commit().taskId(),
            found.detail(),
            file);
      } else {
        LOG.info(
            "node {}, task {}: {}, {}",
            work.node(),
            work.commit().taskId(),
            found.found(),
            found.detail());
      }
    } catch (IOException e) {
      LOG.error("what was found of task {} is not kept: {}", work.commit().taskId(), e.toString());
    }
  }

  /** What its engine says; that it failed or was slow is no finding, and is not remembered. */
  private WorkFinding find(SignedWork work) throws InterruptedException {
    CompletableFuture<WorkFinding> check =
        checker
            .orElseThrow()
            .check(work.spec(), work.evidence(), work.record().getCommit().getResult());
    try {
      return check.get(CHECK_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new IllegalStateException("the validator's engine failed: " + e.getCause(), e);
    } catch (TimeoutException e) {
      check.cancel(true);
      throw new IllegalStateException(
          "the validator's engine took longer than " + CHECK_SECONDS + " s", e);
    }
  }

  private synchronized long proofs(Address node) {
    return accusations.values().stream()
        .filter(one -> one.lie().work().node().equals(node))
        .count();
  }

  private synchronized void remember(Examined found) {
    SignedWork work = found.work();
    examined.put(work.digest(), new Known(found.found(), found.detail()));
    looked.merge(work.node(), 1, Integer::sum);
    if (found.isLie() && proofs(work.node()) < PROOFS_OF_A_NODE) {
      accusations.putIfAbsent(work.digest(), new Accusation(found, System.nanoTime()));
    }
  }

  WorkTerms terms() {
    return terms;
  }

  /** Lies that are not judged yet, as far as this validator knows, the first found first. */
  synchronized List<Accusation> accusations() {
    return List.copyOf(accusations.values());
  }

  /** A lie is judged, or its node cannot be judged any more. */
  synchronized void judged(Digest digest) {
    accusations.remove(digest);
  }

  /** Whether this validator holds a proof against a node that is not judged yet. */
  synchronized boolean accuses(Address node) {
    return accusations.values().stream().anyMatch(one -> one.lie().work().node().equals(node));
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}

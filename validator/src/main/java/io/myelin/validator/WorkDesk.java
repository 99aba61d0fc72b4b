package io.myelin.validator;

import io.myelin.chain.ChainException;
import io.myelin.committee.wire.Reason;
import io.myelin.engine.EngineException;
import io.myelin.engine.check.WorkChecker;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.work.Charge;
import io.myelin.protocol.work.EvidenceFit;
import io.myelin.protocol.work.SignedWork;
import io.myelin.protocol.work.WorkFinding;
import io.myelin.protocol.work.WorkHistory;
import io.myelin.v1.MeasuredScore;
import io.myelin.v1.WorkRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this validator checks of nodes' work: a bounded queue of the answers that it was shown, and
 * what it found. One answer is checked at a time, on a thread of its own, so that nothing else this
 * validator does has to wait.
 */
final class WorkDesk implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WorkDesk.class);
  private static final long CHECK_NANOS = TimeUnit.SECONDS.toNanos(60);

  /**
   * Exams that are checked at once; who asks for many keeps no more of the engine from the rest.
   */
  private static final int EXAMS_AT_ONCE = 2;

  private final ChainView view;
  private final Optional<WorkChecker> checker;
  private final WorkFiles files;
  private final WorkTerms terms;
  private final Histories histories;
  private final RunMaker runs;
  private final WorkQueue<Job> queue = new WorkQueue<>();
  private final WorkMemory memory = new WorkMemory();
  private final WorkDraws draws;
  private final DebtStore debts;
  private final Semaphore exams = new Semaphore(EXAMS_AT_ONCE);
  private final Thread thread;

  private record Job(SignedWork work, boolean forVerdict, CompletableFuture<Examined> result) {}

  /**
   * Of one validator.
   *
   * @param debts closed with this
   */
  WorkDesk(ChainView view, OperatorKey key, OwnModels models, WorkFiles files, DebtStore debts)
      throws IOException {
    this.debts = debts;
    this.view = view;
    this.checker = models.checker();
    this.histories = new Histories(models.calibrations());
    this.runs = new RunMaker(histories, files);
    this.files = files;
    this.terms = new WorkTerms(view);
    this.draws = new WorkDraws(view, key, terms, memory, checker.isPresent(), debts);
    files.read().forEach(this::recall);
    histories.condemned().forEach(this::accuse);
    draws.restore(debts);
    this.thread = Thread.ofVirtual().name("validator-work").start(this::work);
  }

  /** What was found before the last restart. */
  private void recall(WorkFiles.Kept kept) {
    if (!kept.charge().isRun()) {
      memory.remember(kept.examined(), System.nanoTime(), false);
    }
    if (kept.judged()) {
      memory.judged(kept.charge().digest());
    } else if (kept.counts() && kept.measured().isPresent()) {
      var _ = histories.count(kept.examined().work(), kept.measured().get());
    } else if (!kept.charge().isRun() && kept.measured().isPresent()) {
      memory.notCounted(kept.charge().digest());
    }
  }

  /**
   * Checks a record that somebody shows; done when it is checked.
   *
   * @throws RefusedException when it is no work of a session of this chain, or there is no room
   */
  CompletableFuture<Examined> examine(WorkRecord record) throws RefusedException {
    SignedWork work = SignedWork.of(record, view.network().domain());
    if (checker.isPresent() && memory.known(work).isEmpty()) {
      terms.require(work);
    }
    return submit(work, false);
  }

  /** The same of work whose terms hold, before all others, for a verdict; blocks. */
  Examined judge(SignedWork work, int seconds) throws RefusedException {
    try {
      Examined found = submit(work, true).get(seconds, TimeUnit.SECONDS);
      keepLie(found);
      return found;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RefusedException(Reason.BUSY, "interrupted");
    } catch (TimeoutException e) {
      throw new RefusedException(Reason.BUSY, "not checked within " + seconds + " s");
    } catch (ExecutionException e) {
      throw new RefusedException(Reason.BUSY, "not checked: " + e.getCause());
    }
  }

  /** A verdict is on it: also a lie that was known, and not kept for want of room. */
  private void keepLie(Examined found) {
    try {
      if (found.isLie() && files.stored(found.work().digest()).isEmpty()) {
        keep(found, false);
      }
    } catch (IOException e) {
      LOG.error("work {} cannot be read: {}", found.work().digest(), e.toString());
    }
  }

  /** Whether there is a copy of the models to check with. */
  boolean isEquipped() {
    return checker.isPresent();
  }

  /** What its engine says of an exam; blocks until the deadline at most, and is not remembered. */
  WorkFinding exam(SignedWork work, long deadlineNanos) throws RefusedException {
    try {
      if (!exams.tryAcquire(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        throw new RefusedException(Reason.BUSY, "other exams are checked; ask again later");
      }
      try {
        return find(work, Math.max(0, deadlineNanos - System.nanoTime()));
      } finally {
        exams.release();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RefusedException(Reason.BUSY, "interrupted");
    } catch (IllegalStateException e) {
      throw new RefusedException(Reason.BUSY, String.valueOf(e.getMessage()));
    }
  }

  private CompletableFuture<Examined> submit(SignedWork work, boolean forVerdict)
      throws RefusedException {
    if (checker.isEmpty()) {
      throw new RefusedException(
          Reason.NOT_EQUIPPED, "this validator has no copy of the model; others decide");
    }
    Optional<Examined> known = memory.known(work);
    if (known.isPresent()) {
      return CompletableFuture.completedFuture(known.get());
    }
    Job job = new Job(work, forVerdict, new CompletableFuture<>());
    synchronized (queue) {
      if (!(forVerdict ? queue.offerForVerdict(job) : queue.offer(work.gateway(), job))) {
        throw new RefusedException(
            Reason.BUSY,
            "%d answers, or %d of gateway %s, wait to be checked"
                .formatted(WorkQueue.MOST, WorkQueue.MOST_OF_A_GATEWAY, work.gateway()));
      }
      queue.notifyAll();
    }
    return job.result();
  }

  private Job take() throws InterruptedException {
    synchronized (queue) {
      while (true) {
        Optional<Job> next = queue.poll();
        if (next.isPresent()) {
          return next.get();
        }
        queue.wait();
      }
    }
  }

  private void work() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        Job job = take();
        try {
          Examined found = check(job.work(), job.forVerdict());
          draws.shown(job.work());
          job.result().complete(found);
        } catch (VirtualMachineError e) {
          job.result().completeExceptionally(e);
          throw e;
        } catch (RuntimeException | Error e) {
          if (!isBusy(e)) {
            LOG.error("work {} is not checked", job.work().digest(), e);
            // That an engine fails here is not held against who showed it.
            memory.couldNot(job.work().digest());
            draws.shown(job.work());
          }
          job.result().completeExceptionally(e);
        }
      }
    } catch (InterruptedException e) {
      // close() ends it.
      Thread.currentThread().interrupt();
    }
  }

  /** There is no place for it now: it is shown again, and owed until then. */
  static boolean isBusy(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof EngineException engine && engine.kind() == EngineException.Kind.BUSY) {
        return true;
      }
    }
    return false;
  }

  private Examined check(SignedWork work, boolean forVerdict) throws InterruptedException {
    Optional<Examined> known = memory.known(work);
    if (known.isPresent()) {
      return known.get();
    }
    Optional<WorkFinding.Lie> misfit = EvidenceFit.misfit(work);
    Examined found = Examined.of(work, misfit.isPresent() ? misfit.get() : find(work, CHECK_NANOS));
    // Of who is out already more lies convict nobody; a verdict or an appeal needs what it is on.
    boolean out = isOut(work.node());
    if (!found.isLie()
        || forVerdict
        || (out ? memory.hasRoomWhileOut(work.node()) : memory.hasRoom(work.node()))) {
      keep(found, false);
    }
    memory.remember(found, System.nanoTime(), out);
    if (found.measured().isPresent()) {
      memory.notCounted(work.digest());
    }
    return found;
  }

  /** Whether a node is out now: it may have been let in since the chain was read last. */
  private boolean isOut(Address node) {
    if (draws.isOut(node)) {
      try {
        draws.refresh();
      } catch (ChainException e) {
        LOG.warn("whether node {} is in again is not known: {}", node, e.getMessage());
        return false;
      }
    }
    return draws.isOut(node);
  }

  /** Work that this validator drew, in a batch that it attests; each counts once. */
  void attested(List<Digest> samples) {
    samples.forEach(this::count);
  }

  private void count(Digest digest) {
    if (!memory.takeUncounted(digest)) {
      return;
    }
    try {
      Optional<WorkFiles.Kept> kept = files.find(digest);
      if (kept.isPresent() && kept.get().measured().isPresent()) {
        keep(kept.get().examined(), true);
        WorkHistory after =
            histories.count(kept.get().examined().work(), kept.get().measured().get());
        if (after.isCondemned()) {
          accuse(after);
        }
      }
    } catch (IOException e) {
      LOG.error("work {} cannot be read: {}", digest, e.toString());
    }
  }

  /** A node is condemned by its samples; where they cannot be shown any more it begins again. */
  private void accuse(WorkHistory condemned) {
    Optional<Charge> made = runs.charge(condemned);
    if (made.isEmpty()) {
      histories.forget(condemned);
      return;
    }
    Charge charge = made.get();
    String detail = RunMaker.words(condemned.state(), histories.sprt());
    keepRun(charge, detail);
    memory.accuse(charge, detail, System.nanoTime());
    LOG.warn("node {}: {}; kept as {}", charge.node(), detail, charge.digest());
  }

  /** Keeps a run that this validator finds condemned, or others do. */
  void keepRun(Charge charge, String detail) {
    try {
      Path file =
          files.keepRun(
              charge,
              detail,
              charge.works().stream().map(this::score).toList(),
              System.currentTimeMillis());
      LOG.info("node {}: {}; {}", charge.node(), detail, file);
    } catch (IOException e) {
      LOG.error("the run {} is not kept: {}", charge.digest(), e.toString());
    }
  }

  /** What this validator measured of one, with what its calibration makes of it. */
  private MeasuredScore score(SignedWork work) {
    return memory
        .known(work)
        .flatMap(Examined::measured)
        .map(
            measured ->
                WorkFiles.score(measured).toBuilder()
                    .setRatio(histories.ratio(work, measured).orElse(0))
                    .build())
        .orElse(MeasuredScore.getDefaultInstance());
  }

  private void keep(Examined found, boolean counts) {
    SignedWork work = found.work();
    try {
      var file = files.keep(found, counts, System.currentTimeMillis());
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
  private WorkFinding find(SignedWork work, long nanos) throws InterruptedException {
    CompletableFuture<WorkFinding> check =
        checker
            .orElseThrow()
            .check(work.spec(), work.evidence(), work.record().getCommit().getResult());
    try {
      return check.get(nanos, TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw new IllegalStateException("the validator's engine failed: " + e.getCause(), e);
    } catch (TimeoutException e) {
      check.cancel(true);
      throw new IllegalStateException(
          "the validator's engine took longer than " + TimeUnit.NANOSECONDS.toSeconds(nanos) + " s",
          e);
    }
  }

  /**
   * A charge is judged, or its node is by another: it is no accusation any more, nor after a
   * restart, and what a run counted counts no more.
   */
  void judged(Charge charge) {
    try {
      // Before it is forgotten here: what is known of a node has no gap.
      draws.refresh();
    } catch (ChainException e) {
      LOG.warn("what the chain says of node {} is read later: {}", charge.node(), e.getMessage());
    }
    memory.judged(charge.digest());
    judged(charge.digest());
    if (charge.isRun()) {
      histories.forget(charge.node());
      charge.works().forEach(work -> judged(work.digest()));
    }
  }

  private void judged(Digest digest) {
    try {
      files.judged(digest);
    } catch (IOException e) {
      LOG.error("that {} is judged is not kept: {}", digest, e.toString());
    }
  }

  /** What its own measured samples say of nodes. */
  Histories histories() {
    return histories;
  }

  WorkTerms terms() {
    return terms;
  }

  /** What it keeps. */
  WorkFiles files() {
    return files;
  }

  /** What it wants to see, and what it holds against receipts. */
  WorkDraws draws() {
    return draws;
  }

  /** What it found. */
  WorkMemory memory() {
    return memory;
  }

  @Override
  public void close() {
    thread.interrupt();
    debts.close();
  }
}

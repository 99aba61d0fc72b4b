package io.myelin.compute.queue;

import com.google.protobuf.ByteString;
import io.myelin.chain.Bytes;
import io.myelin.chain.ChainClient;
import io.myelin.chain.abi.ContractWrite;
import io.myelin.compute.task.EngineDesk;
import io.myelin.compute.task.TaskOutput;
import io.myelin.contracts.SessionQueue;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.queue.QueueReader;
import io.myelin.contracts.terms.Param;
import io.myelin.contracts.terms.TermsEvent;
import io.myelin.contracts.write.ChainWrites;
import io.myelin.engine.InferenceEngine;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.queue.QueueNode;
import io.myelin.protocol.queue.QueueNode.Holding;
import io.myelin.protocol.queue.QueueNode.Work;
import io.myelin.protocol.queue.QueueOffer;
import io.myelin.protocol.queue.QueuePhase;
import io.myelin.protocol.queue.QueueStage;
import io.myelin.protocol.queue.QueueStep;
import io.myelin.protocol.queue.QueueTask;
import io.myelin.protocol.queue.TaskJudgement;
import io.myelin.protocol.stream.HashChain;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.Offer;
import java.io.IOException;
import java.math.BigInteger;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what {@link QueueNode} says about each task. All it remembers between two looks is what runs
 * in this process; used on the worker's thread only.
 */
final class QueueTasks {
  private static final Logger logger = LoggerFactory.getLogger(QueueTasks.class);
  private static final int DESK_SECONDS = 5;
  private static final long FIRST_RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final int MOST_DOUBLINGS = 6;

  private final Address node;
  private final InferenceEngine engine;
  private final EngineDesk desk;
  private final QueuePromises promises;
  private final ChainClient chain;
  private final NetworkContracts network;
  private final QueueReader reader;
  private final ChainWrites writes;
  private final VerdictDesk verdicts;
  private final InstantSource clock;
  private final Executor threads;
  private final Runnable news;
  private final QueueNode.Times times;
  private final Map<TaskId, Entry> entries = new HashMap<>();

  /** What this process holds of a task. */
  private static final class Entry {
    private volatile Work work = new Work.None();
    private volatile boolean gone;
    private boolean held;
    private @Nullable GenerationSpec spec;
    private final Map<String, Long> pressedNanos = new HashMap<>();
  }

  QueueTasks(
      Address node,
      InferenceEngine engine,
      EngineDesk desk,
      QueuePromises promises,
      ChainClient chain,
      NetworkContracts network,
      long firstBlock,
      ChainWrites writes,
      VerdictDesk verdicts,
      InstantSource clock,
      Executor threads,
      Runnable news) {
    this.node = node;
    this.engine = engine;
    this.desk = desk;
    this.promises = promises;
    this.chain = chain;
    this.network = network;
    this.reader = new QueueReader(chain, network, firstBlock);
    this.writes = writes;
    this.verdicts = verdicts;
    this.clock = clock;
    this.threads = threads;
    this.news = news;
    this.times =
        new QueueNode.Times(
            Param.ACK_SECONDS.of(network, chain).longValueExact(),
            Param.VALIDATE_SECONDS.of(network, chain).longValueExact());
  }

  /** Lets go of tasks that are not among these. */
  void retain(Set<TaskId> open) {
    for (TaskId id : Set.copyOf(entries.keySet())) {
      if (!open.contains(id)) {
        try {
          settle(id);
        } catch (IOException e) {
          logger.warn("Task {}: the disk: {}", id.shortHex(), e.getMessage());
        }
      }
    }
  }

  /**
   * Looks at a task once and does the next thing.
   *
   * @return whether it is over for this node, as things stand
   */
  boolean look(QueueInbox.Offered offered) throws IOException, InterruptedException {
    Optional<QueueTask> found = reader.task(offered.id());
    if (found.isEmpty()) {
      return false;
    }
    QueueTask task = found.get();
    Entry entry = entries.computeIfAbsent(offered.id(), _ -> new Entry());
    long nowSeconds = Math.max(chain.head().timestampSeconds(), clock.millis() / 1_000);
    Holding holding = holding(task, offered, entry);
    QueueStep step = QueueNode.next(task, holding, times, nowSeconds);
    if (step instanceof QueueStep.Forget) {
      settle(task.id());
      return true;
    }
    perform(task, entry, step);
    return false;
  }

  /**
   * Has the nodes of a task drawn that only waits for somebody to do it.
   *
   * @return whether it may have to be looked at again
   */
  boolean assign(TaskId id) {
    Optional<QueueTask> task = reader.task(id);
    if (task.isEmpty() || task.get().phase() != QueuePhase.QUEUED) {
      return false;
    }
    boolean seated =
        reader
            .session(task.get().sessionId())
            .filter(session -> session.brief().seatOf(node) >= 0)
            .isPresent();
    if (seated) {
      var _ =
          writes.press(
              "queue/" + id.hex() + "/assign", network.queue().assign(QueueReader.word(id)));
    }
    return seated;
  }

  private Holding holding(QueueTask task, QueueInbox.Offered offered, Entry entry)
      throws IOException, InterruptedException {
    Optional<String> problem = problem(task, offered, entry);
    Optional<QueueNode.Promise> promise = promises.of(task.id());
    QueueStage stage = task.offerOf(node).map(QueueOffer::stage).orElse(QueueStage.GONE);
    boolean wantsSlot =
        !task.phase().isEnd()
            && (stage == QueueStage.OFFERED || stage == QueueStage.ACKED)
            && problem.isEmpty()
            && promise.isEmpty()
            && entry.work instanceof Work.None;
    if (wantsSlot && !entry.held) {
      entry.held = hold(task.id());
    }
    return new Holding(node, problem, entry.held, entry.work, promise);
  }

  private boolean hold(TaskId id) throws InterruptedException {
    try {
      return desk.hold(bytes(id)).get(DESK_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      return false;
    }
  }

  /** Why the task cannot be done here; empty when it can. */
  private Optional<String> problem(QueueTask task, QueueInbox.Offered offered, Entry entry) {
    GenerationSpec spec = entry.spec;
    if (spec != null) {
      return Optional.empty();
    }
    try {
      spec = TaskJudgement.spec(offered.spec(), task.specDigest());
    } catch (IllegalArgumentException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
    String model = spec.getModel();
    if (engine.models().stream().noneMatch(one -> one.id().equals(model) && !one.embeddings())) {
      return Optional.of("model: " + model + " is not served here");
    }
    Optional<TermsEvent.Opened> session = reader.session(task.sessionId());
    if (session.isEmpty()) {
      return Optional.of("session " + task.sessionId() + " is not on this chain");
    }
    Optional<String> misfit = TaskJudgement.misfit(task, spec, session.get().tail());
    if (misfit.isEmpty()) {
      entry.spec = spec;
    }
    return misfit;
  }

  private void perform(QueueTask task, Entry entry, QueueStep step) throws IOException {
    SessionQueue queue = network.queue();
    var id = QueueReader.word(task.id());
    switch (step) {
      case QueueStep.Rest _, QueueStep.Forget _ -> {}
      case QueueStep.Ack(int attempt) ->
          press(task, entry, "ack/" + attempt, queue.ack(id, BigInteger.valueOf(attempt)));
      case QueueStep.GiveUp(int attempt, String why) -> {
        logger.info("Task {}: given up: {}", task.id().shortHex(), why);
        release(task.id(), entry);
        press(task, entry, "leave/" + attempt, queue.giveUp(id, BigInteger.valueOf(attempt)));
      }
      case QueueStep.Run(int attempt) -> run(task, entry, attempt);
      case QueueStep.Reseal(int attempt) -> reseal(task, entry, attempt);
      case QueueStep.Precommit(int attempt, var hash) ->
          press(
              task,
              entry,
              "precommit/" + attempt,
              queue.precommit(id, BigInteger.valueOf(attempt), hash));
      case QueueStep.Reveal(int attempt, boolean withOutput) ->
          reveal(task, entry, attempt, withOutput);
      case QueueStep.AskVerdict _ -> verdicts.ask(task, news);
      case QueueStep.Enforce(var overdue) ->
          press(
              task,
              entry,
              "enforce/" + overdue.kind() + "/" + task.offers().size() + "/" + overdue.attempt(),
              queue.enforce(id, overdue.kind().number(), BigInteger.valueOf(overdue.attempt())));
    }
  }

  private void reveal(QueueTask task, Entry entry, int attempt, boolean withOutput)
      throws IOException {
    Optional<QueuePromises.Opened> opened = promises.open(task.id());
    if (opened.isPresent()) {
      press(
          task,
          entry,
          "commit/" + attempt,
          network
              .queue()
              .commit(
                  QueueReader.word(task.id()),
                  BigInteger.valueOf(attempt),
                  opened.get().reveal(),
                  withOutput ? Bytes.of(opened.get().output().toByteArray()) : Bytes.EMPTY));
    }
  }

  /** Sends it once; what was refused is tried again, later each time. */
  private void press(QueueTask task, Entry entry, String what, ContractWrite write) {
    String name = "queue/" + task.id().hex() + "/" + what;
    int failures = writes.failures(name);
    long waitNanos = FIRST_RETRY_NANOS << Math.min(failures, MOST_DOUBLINGS);
    long nowNanos = System.nanoTime();
    Long before = entry.pressedNanos.get(name);
    if (before != null && nowNanos - before < waitNanos) {
      return;
    }
    entry.pressedNanos.put(name, nowNanos);
    writes
        .press(name, write)
        .ifPresent(why -> logger.info("Task {}: {}: {}", task.id().shortHex(), what, why));
  }

  private void run(QueueTask task, Entry entry, int attempt) {
    Offer offer = offer(task, entry, attempt);
    entry.held = false;
    entry.work = new Work.Running();
    var _ =
        desk.run(offer)
            .whenCompleteAsync((output, failure) -> finish(entry, offer, output, failure), threads);
  }

  private void finish(
      Entry entry, Offer offer, @Nullable TaskOutput output, @Nullable Throwable failure) {
    try {
      if (output == null) {
        String why = failure == null ? "no output" : String.valueOf(failure.getMessage());
        entry.work = new Work.Failed("the engine failed: " + why);
      } else {
        var _ = promises.seal(offer, output);
        entry.work = new Work.None();
        if (entry.gone) {
          promises.settle(TaskId.of(offer.getTaskId().toByteArray()));
        }
      }
    } catch (IOException | RuntimeException e) {
      logger.error("A promise cannot be kept on the disk", e);
      entry.work = new Work.Failed("the promise cannot be kept on the disk");
    } finally {
      news.run();
    }
  }

  private void reseal(QueueTask task, Entry entry, int attempt) throws IOException {
    Optional<TaskOutput> output = promises.output(task.id());
    if (output.isPresent()) {
      var _ = promises.seal(offer(task, entry, attempt), output.get());
      news.run();
    }
  }

  private static Offer offer(QueueTask task, Entry entry, int attempt) {
    Offer.Builder offer =
        Offer.newBuilder()
            .setTaskId(bytes(task.id()))
            .setSessionId(ByteString.copyFrom(task.sessionId().bytes()))
            .setAttempt(attempt)
            // Nobody listens to the stream.
            .setPrimary(false)
            .setSpecDigest(ByteString.copyFrom(task.specDigest().bytes()))
            .setStreamHead(ByteString.copyFrom(HashChain.genesis(task.id()).bytes()))
            .setDeadlineMillis(task.deadlineAtSeconds() * 1_000);
    GenerationSpec spec = entry.spec;
    if (spec != null) {
      offer.setGeneration(spec);
    }
    return offer.build();
  }

  private void release(TaskId id, Entry entry) {
    entry.held = false;
    desk.release(bytes(id));
  }

  /** The node has nothing more to do with it, as things stand. */
  private void settle(TaskId id) throws IOException {
    Entry entry = entries.remove(id);
    if (entry != null) {
      entry.gone = true;
      release(id, entry);
    }
    promises.settle(id);
  }

  private static ByteString bytes(TaskId id) {
    return ByteString.copyFrom(id.bytes());
  }
}

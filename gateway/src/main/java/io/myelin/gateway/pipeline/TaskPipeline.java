package io.myelin.gateway.pipeline;

import com.google.protobuf.ByteString;
import io.myelin.gateway.hub.NodeEvents;
import io.myelin.gateway.hub.NodeLink;
import io.myelin.gateway.journal.Journal;
import io.myelin.gateway.journal.JournalException;
import io.myelin.gateway.journal.TaskRow;
import io.myelin.gateway.loop.Loops;
import io.myelin.gateway.session.SessionGrant;
import io.myelin.gateway.session.SessionLedger;
import io.myelin.gateway.session.TokenPrice;
import io.myelin.gateway.task.Submission;
import io.myelin.gateway.task.TaskListener;
import io.myelin.gateway.task.TaskRejectedException;
import io.myelin.gateway.task.TaskRejectedException.Reason;
import io.myelin.gateway.task.TaskService;
import io.myelin.gateway.task.TaskTicket;
import io.myelin.gateway.task.TaskView;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.journal.JournalCodec;
import io.myelin.protocol.task.CancelCause;
import io.myelin.protocol.task.TaskMachine;
import io.myelin.protocol.task.TaskTerms;
import io.myelin.protocol.task.Transition;
import io.myelin.v1.GatewayMessage;
import io.myelin.v1.HeldTask;
import io.myelin.v1.NodeMessage;
import io.myelin.v1.TaskFinal;
import java.math.BigInteger;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one pipeline behind every front: takes tasks in, finds them, and routes what nodes say. */
public final class TaskPipeline implements TaskService, NodeEvents {
  private static final Logger log = LoggerFactory.getLogger(TaskPipeline.class);
  private static final long DURABLE_WAIT_SECONDS = 10;

  private final PipelineSettings settings;
  private final GatewayIdentity identity;
  private final SessionLedger ledger;
  private final Journal journal;
  private final Loops loops;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final Dispatcher dispatcher;
  private final PipelineContext context;
  private final Map<ByteString, TaskRunner> running = new ConcurrentHashMap<>();
  private final Map<ByteString, TaskRunner> recent;
  private volatile boolean stopping;
  private volatile Consumer<String> receipted = _ -> {};

  /**
   * A pipeline; {@link #recover} is to be called before nodes or clients come.
   *
   * @param window chunks a node may be ahead of its client: the hub's initial credit
   * @param random where task ids come from; a {@link java.security.SecureRandom} outside of tests
   */
  public TaskPipeline(
      PipelineSettings settings,
      GatewayIdentity identity,
      SessionLedger ledger,
      Journal journal,
      Loops loops,
      InstantSource clock,
      RandomGenerator random,
      int window) {
    this.settings = settings;
    this.identity = identity;
    this.ledger = ledger;
    this.journal = journal;
    this.loops = loops;
    this.clock = clock;
    this.random = random;
    this.dispatcher = new Dispatcher(settings, ledger);
    this.context =
        new PipelineContext(
            settings,
            identity,
            clock,
            journal.tasks(),
            ledger,
            dispatcher,
            new Vouchers(identity, journal.earnings()),
            task -> receipted.accept(task),
            window,
            this::forget);
    this.recent =
        new LinkedHashMap<>() {
          @Override
          protected boolean removeEldestEntry(Map.Entry<ByteString, TaskRunner> eldest) {
            return size() > settings.recentTasks();
          }
        };
  }

  /**
   * From now on tells of each task whose work validators may ask for.
   *
   * @param heard gets its id, once its receipt is in the journal; must not block
   */
  public void tellReceipts(Consumer<String> heard) {
    receipted = heard;
  }

  /**
   * Takes up what an earlier run of this gateway left unfinished: durable tasks go on, live ones
   * failed with the line that broke.
   */
  public void recover() {
    new Recovery(context, ledger, loops).unfinished(this::register);
  }

  // Tasks.

  @Override
  public TaskTicket submit(Submission submission, TaskListener listener)
      throws TaskRejectedException {
    byte[] id = new byte[TaskId.LENGTH];
    synchronized (random) {
      random.nextBytes(id);
    }
    return submit(submission, TaskId.of(id), listener);
  }

  /**
   * As above, under an id that its client knows already; to be used once.
   *
   * @throws TaskRejectedException when nothing was started, with the reason
   */
  public TaskTicket submit(Submission submission, TaskId taskId, TaskListener listener)
      throws TaskRejectedException {
    SessionGrant grant = admit(submission);
    TokenPrice price = grant.price();
    TaskSize size = TaskSize.of(submission.work(), contextLength(grant, submission));
    Optional<String> tooLong = EvidenceBound.refusal(grant.verification(), submission.work(), size);
    if (tooLong.isPresent()) {
      throw new TaskRejectedException(Reason.BAD_REQUEST, tooLong.get(), 0);
    }
    BigInteger holdWei = size.mostWei(price, grant.redundancy());
    ledger.hold(submission.sessionId(), taskId.hex(), holdWei);
    boolean started = false;
    try {
      TaskRunner task = create(submission, grant, taskId, price, holdWei);
      Follower follower =
          task.feed().follower(listener, submission.kind() == Submission.Kind.LIVE, 0);
      start(task, follower);
      started = true;
      return follower;
    } finally {
      if (!started) {
        ledger.release(submission.sessionId(), taskId.hex());
      }
    }
  }

  private TaskRejectedException unknownModel(String model, String why) {
    return new TaskRejectedException(Reason.UNKNOWN_MODEL, ledger.withPlaces(why, model), 0);
  }

  private SessionGrant admit(Submission submission) throws TaskRejectedException {
    if (stopping) {
      throw new TaskRejectedException(
          Reason.SHUTTING_DOWN, "the gateway is shutting down; use another, or try again", 5);
    }
    SessionGrant grant =
        ledger
            .grant(submission.sessionId())
            .orElseThrow(
                () ->
                    new TaskRejectedException(
                        Reason.UNKNOWN_SESSION, "no session " + submission.sessionId(), 0));
    String model = submission.work().model();
    if (!grant.allowsModel(model)) {
      throw unknownModel(
          model,
          "model: \"%s\" (expected: \"%s\", the model of this session)"
              .formatted(model, grant.model()));
    }
    SlotTable.Need need =
        new SlotTable.Need(model, submission.work() instanceof Submission.Work.Embed);
    if (!grant.model().equals(model) && dispatcher.nobodyServes(need)) {
      throw unknownModel(
          model, "model: \"%s\" (expected: one that a connected node serves)".formatted(model));
    }
    if (!ledger.lists(submission.sessionId(), model)) {
      throw unknownModel(
          model, "model: \"%s\" (expected: one that the session's subnet lists)".formatted(model));
    }
    int able = dispatcher.able(submission.sessionId(), need);
    if (able < grant.redundancy() && submission.kind() == Submission.Kind.LIVE) {
      throw new TaskRejectedException(
          Reason.NO_NODE,
          "%d of the session's nodes are connected and serve %s (expected: %d); try again"
              .formatted(able, model, grant.redundancy()),
          Math.max(1, (int) (settings.absentNodeMillis() / 1_000)));
    }
    if (!journal.hasRoom()) {
      throw new TaskRejectedException(
          Reason.QUEUE_FULL, "the gateway's journal is behind; try again", 2);
    }
    Optional<FairQueue.Refusal> refusal = dispatcher.refusal(submission.sessionId());
    if (refusal.isPresent()) {
      throw full(refusal.get());
    }
    return grant;
  }

  private TaskRejectedException full(FairQueue.Refusal refusal) {
    String message =
        switch (refusal) {
          case SESSION_FULL ->
              "%d tasks of this session wait already; try again when some are done"
                  .formatted(settings.maxQueuedPerSession());
          case FULL -> "the gateway's queue is full; try again";
        };
    return new TaskRejectedException(Reason.QUEUE_FULL, message, dispatcher.retryAfterSeconds());
  }

  private int contextLength(SessionGrant grant, Submission submission) {
    return dispatcher.contextLength(grant.nodes(), submission.work().model());
  }

  private TaskRunner create(
      Submission submission,
      SessionGrant grant,
      TaskId taskId,
      TokenPrice price,
      BigInteger holdWei)
      throws TaskRejectedException {
    long now = clock.millis();
    long timeout =
        submission.timeoutMillis() == 0
            ? settings.defaultTimeoutMillis()
            : Math.min(submission.timeoutMillis(), settings.maxTimeoutMillis());
    TaskTerms terms =
        new TaskTerms(
            taskId,
            SessionId.parse(submission.sessionId()),
            grant.redundancy(),
            submission.work() instanceof Submission.Work.Generate,
            Math.min(now + timeout, grant.expiresAtMillis()),
            Math.max(settings.maxAttempts(), grant.redundancy()),
            OutputLog.start(taskId),
            settings.timings());
    TaskRow row =
        TaskRow.queued(
            taskId.hex(), submission, now, JournalCodec.TASK_TERMS.encode(terms), price, holdWei);
    store(row);
    TaskWork work =
        new TaskWork(
            identity, taskId, terms.sessionId(), submission.work(), terms.deadlineAtMillis());
    Transition.Moved queued = TaskMachine.submit(terms, now);
    return new TaskRunner(
        context,
        loops.next(),
        row,
        work,
        grant.verification(),
        queued.state(),
        0,
        new OutputLog(taskId));
  }

  private void store(TaskRow row) throws TaskRejectedException {
    var stored = journal.tasks().create(row);
    if (row.submission().kind() == Submission.Kind.LIVE) {
      return;
    }
    try {
      stored.get(DURABLE_WAIT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw notStored("interrupted");
    } catch (ExecutionException | TimeoutException e) {
      log.warn("a durable task could not be stored", e);
      throw notStored("the journal did not answer");
    }
  }

  private static TaskRejectedException notStored(String why) {
    return new TaskRejectedException(
        Reason.QUEUE_FULL, "the task could not be stored: " + why + "; try again", 2);
  }

  private void start(TaskRunner task, Follower follower) throws TaskRejectedException {
    running.put(task.id(), task);
    // The machine's first deadlines before the queue, which may dispatch at once.
    task.loop()
        .run(
            () -> {
              task.feed().attach(follower);
              task.begin(TaskMachine.submit(task.state().terms(), clock.millis()).effects());
              task.watchForNodes();
            });
    Optional<FairQueue.Refusal> refusal = dispatcher.enqueue(task, true);
    if (refusal.isPresent()) {
      // Lost a race for the last place: nothing was started, and nobody is told but by this.
      follower.drop();
      task.cancel(CancelCause.CLIENT_ASKED);
      throw full(refusal.get());
    }
  }

  private void register(TaskRunner task) {
    running.put(task.id(), task);
  }

  private void forget(TaskRunner task) {
    synchronized (recent) {
      recent.put(task.id(), task);
    }
    running.remove(task.id(), task);
  }

  private Optional<TaskRunner> runner(ByteString id) {
    TaskRunner task = running.get(id);
    if (task == null) {
      synchronized (recent) {
        task = recent.get(id);
      }
    }
    return Optional.ofNullable(task);
  }

  private static Optional<ByteString> idOf(String taskId) {
    try {
      return Optional.of(ByteString.copyFrom(TaskId.parse(taskId).bytes()));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  @Override
  public Optional<TaskView> find(String sessionId, String taskId) {
    return idOf(taskId)
        .flatMap(
            id ->
                runner(id)
                    .map(TaskViews::of)
                    .or(() -> journal.tasks().find(taskId).map(row -> TaskViews.of(row, journal))))
        .filter(view -> view.sessionId().equals(sessionId));
  }

  @Override
  public Optional<TaskTicket> follow(
      String sessionId, String taskId, long afterSeq, TaskListener listener) {
    if (afterSeq < -1 || afterSeq >= Integer.MAX_VALUE) {
      throw new IllegalArgumentException("afterSeq: " + afterSeq + " (expected: -1 or more)");
    }
    int from = (int) (afterSeq + 1);
    return idOf(taskId)
        .flatMap(
            id ->
                runner(id)
                    .filter(task -> task.sessionId().equals(sessionId))
                    .map(TaskRunner::feed)
                    .or(() -> ended(sessionId, taskId)))
        .map(
            feed -> {
              Follower follower = feed.follower(listener, false, from);
              feed.loop().run(() -> feed.attach(follower));
              return follower;
            });
  }

  /** The stream of a task that ended long ago, out of the journal. */
  private Optional<Feed> ended(String sessionId, String taskId) {
    return journal
        .tasks()
        .find(taskId)
        .filter(row -> row.submission().sessionId().equals(sessionId) && row.endedAtMillis() > 0)
        .map(
            row -> {
              OutputLog output = new OutputLog(TaskId.parse(taskId));
              TaskViews.chunks(journal, taskId).forEach(output::append);
              Feed feed =
                  new Feed(
                      taskId, loops.next(), output, settings.slowReaderMillis(), Feed.Events.NONE);
              feed.end(TaskViews.outcome(row, journal), output.size());
              return feed;
            });
  }

  @Override
  public boolean cancel(String sessionId, String taskId, String reason) {
    Optional<TaskRunner> task =
        idOf(taskId)
            .flatMap(id -> Optional.ofNullable(running.get(id)))
            .filter(found -> found.sessionId().equals(sessionId) && !found.state().ended());
    task.ifPresent(
        found -> {
          log.info("task {} is cancelled: {}", taskId, reason);
          found.cancel(CancelCause.CLIENT_ASKED);
        });
    return task.isPresent();
  }

  @Override
  public Optional<byte[]> receipt(String taskId) {
    return idOf(taskId).flatMap(_ -> journal.tasks().receipt(taskId)).map(ByteString::toByteArray);
  }

  // Nodes.

  @Override
  public void onJoined(NodeLink link) {
    dispatcher.joined(link);
    context.vouchers().afterConnect(link);
    for (HeldTask held : link.hello().getHeldList()) {
      TaskRunner task = running.get(held.getTaskId());
      if (task != null) {
        task.onNodeReturned(link, held);
      } else {
        link.send(lastWord(held.getTaskId()));
      }
    }
  }

  /** What a node is told of a task that it still holds and that does not run here. */
  private GatewayMessage lastWord(ByteString taskId) {
    TaskFinal.Builder last =
        TaskFinal.newBuilder()
            .setTaskId(taskId)
            .setOutcome(TaskFinal.Outcome.OUTCOME_REPLACED)
            .setReason("the task is over");
    if (taskId.size() == TaskId.LENGTH) {
      String hex = HexFormat.of().formatHex(taskId.toByteArray());
      try {
        journal
            .tasks()
            .receiptDigest(hex)
            .ifPresent(
                digest ->
                    last.setOutcome(TaskFinal.Outcome.OUTCOME_COMPLETED)
                        .setReceiptDigest(ByteString.copyFrom(HexFormat.of().parseHex(digest))));
      } catch (JournalException e) {
        log.warn("task {} could not be looked up", hex, e);
      }
    }
    return GatewayMessage.newBuilder().setFinal(last).build();
  }

  @Override
  public void onTaskMessage(NodeLink link, NodeMessage message) {
    ByteString id =
        switch (message.getKindCase()) {
          case ACK -> message.getAck().getTaskId();
          case REFUSE -> message.getRefuse().getTaskId();
          case CHUNK -> message.getChunk().getTaskId();
          case PRECOMMIT -> message.getPrecommit().getTaskId();
          case COMMIT -> message.getCommit().getTaskId();
          case ERROR -> message.getError().getTaskId();
          case HELLO, PROOF, EXAM_ANSWER, HEARTBEAT, DRAIN, KIND_NOT_SET -> ByteString.EMPTY;
        };
    TaskRunner task = running.get(id);
    if (task != null) {
      task.onMessage(link, message);
    } else if (message.hasPrecommit() || message.hasCommit()) {
      // It would keep its evidence for ever.
      link.send(lastWord(id));
    }
  }

  @Override
  public void onDraining(NodeLink link) {
    dispatcher.draining(link);
  }

  @Override
  public void onLeft(NodeLink link, String reason) {
    for (String taskId : dispatcher.left(link)) {
      idOf(taskId)
          .flatMap(id -> Optional.ofNullable(running.get(id)))
          .ifPresent(task -> task.onLinkLost(link));
    }
  }

  // Operation.

  /**
   * Figures for metrics.
   *
   * @param queued tasks that wait for a slot
   * @param running tasks that have not ended, those that wait included
   * @param slots of connected nodes
   * @param slotsTaken by tasks
   * @param journalBacklog writes that wait
   */
  public record Figures(int queued, int running, int slots, int slotsTaken, int journalBacklog) {}

  /** The figures now. */
  public Figures figures() {
    return new Figures(
        dispatcher.queued(),
        running.size(),
        dispatcher.slots(),
        dispatcher.slotsTaken(),
        journal.backlog());
  }

  /** Takes nothing more in, and ends the live tasks; durable ones go on at the next start. */
  public void shutDown() {
    stopping = true;
    for (TaskRunner task : running.values()) {
      if (task.isLive()) {
        task.cancel(CancelCause.SHUTTING_DOWN);
      }
    }
    context.vouchers().close();
  }
}

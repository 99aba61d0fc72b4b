package io.myelin.compute.task;

import com.google.protobuf.ByteString;
import io.myelin.compute.evidence.EvidenceStore;
import io.myelin.compute.voucher.VoucherBook;
import io.myelin.engine.EngineException;
import io.myelin.engine.EngineModel;
import io.myelin.engine.InferenceEngine;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.nodetask.NodeTaskEffect;
import io.myelin.protocol.nodetask.NodeTaskEvent;
import io.myelin.protocol.nodetask.NodeTaskMachine;
import io.myelin.protocol.nodetask.NodeTaskState;
import io.myelin.protocol.nodetask.NodeTaskState.Committed;
import io.myelin.protocol.nodetask.NodeTaskState.Ended;
import io.myelin.protocol.nodetask.NodeTaskState.Precommitted;
import io.myelin.protocol.nodetask.NodeTaskState.Running;
import io.myelin.protocol.nodetask.NodeTaskState.Sealing;
import io.myelin.protocol.nodetask.NodeTaskStep;
import io.myelin.protocol.nodetask.Refusal;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.v1.GatewayMessage;
import io.myelin.v1.HeldTask;
import io.myelin.v1.NodeMessage;
import io.myelin.v1.Offer;
import io.myelin.v1.Reveal;
import io.myelin.v1.TaskFinal;
import io.myelin.v1.Voucher;
import java.io.IOException;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Every task the node knows. Feeds events to {@link NodeTaskMachine} and does what it says. Used on
 * the node's loop only.
 */
public final class TaskRoom {
  /** A voucher follows its task by a moment. */
  private static final int UNPAID_GRACE = 8;

  private static final Logger logger = LoggerFactory.getLogger(TaskRoom.class);

  /** Ended attempts remembered, to tell outdated offers. */
  private static final int MOST_ENDED = 4096;

  private final TaskSettings settings;
  private final InferenceEngine engine;
  private final ScheduledExecutorService loop;
  private final InstantSource clock;
  private final Outbox outbox;
  private final SealRoom seals;
  private final OfferCheck check;
  private final DecodeSpeed speed = new DecodeSpeed(System.nanoTime());
  private final Map<ByteString, TaskEntry> tasks = new LinkedHashMap<>();
  private final EngineSlots slots;
  private final GuestRuns guests;
  private final RunEvents runEvents = new RunEvents();
  private final Map<Address, Long> initialCredits = new HashMap<>();
  private boolean draining;
  private final VoucherBook vouchers;
  private final ScheduledExecutorService disk;
  private Runnable idle = () -> {};

  /** Sends to a gateway. */
  public interface Outbox {
    /** Returns false when nothing was sent because its stream is down. */
    boolean send(Address gateway, NodeMessage message);
  }

  /** A room with what the store still holds. */
  public TaskRoom(
      TaskSettings settings,
      Address node,
      Eip712Domain domain,
      InferenceEngine engine,
      CommitSigner signer,
      EvidenceStore store,
      VoucherBook vouchers,
      ScheduledExecutorService loop,
      ScheduledExecutorService disk,
      InstantSource clock,
      Outbox outbox) {
    this.settings = settings;
    slots = new EngineSlots(settings.slots(), speed);
    guests = new GuestRuns(slots, speed, engine, loop, this::tellWhenIdle);
    this.engine = engine;
    this.vouchers = vouchers;
    this.disk = disk;
    this.loop = loop;
    this.clock = clock;
    this.outbox = outbox;
    check = new OfferCheck(node, domain);
    seals = new SealRoom(signer, store, loop, disk);
    for (EvidenceStore.Kept kept : store.kept()) {
      tasks.put(
          kept.taskId(),
          new TaskEntry(
              kept.gateway(),
              kept.opened() ? new Committed(kept.attempt()) : new Precommitted(kept.attempt()),
              kept.precommit(),
              kept.sealedAtMillis()));
    }
  }

  /** The stream to this gateway is up. */
  public void connected(Address gateway, long credit) {
    initialCredits.put(gateway, credit);
  }

  /** The stream to this gateway is gone. */
  public void disconnected(Address gateway) {
    initialCredits.remove(gateway);
    List.copyOf(tasks.entrySet()).stream()
        .filter(task -> task.getValue().gateway().equals(gateway))
        .forEach(task -> apply(task.getKey(), new NodeTaskEvent.ConnectionLost()));
  }

  /** Takes nothing new from now on; {@code whenIdle} is called once nothing is running or owed. */
  public void drain(Runnable whenIdle) {
    draining = true;
    guests.drain();
    idle = whenIdle;
    tellWhenIdle();
  }

  /** The engine for work that is not the gateway's. */
  public EngineDesk desk() {
    return guests;
  }

  /** Stops what still runs, so that others take it over. */
  public void endAll(String code, String message) {
    guests.endAll(message);
    tasks.forEach(
        (id, entry) -> {
          if (entry.state instanceof Running r) {
            apply(id, new NodeTaskEvent.TimeUp(r.attempt(), code, message));
          }
        });
  }

  /** One message about a task. What a gateway says of another's task is not listened to. */
  public void onMessage(Address gateway, GatewayMessage message) {
    switch (message.getKindCase()) {
      case OFFER -> onOffer(gateway, message.getOffer());
      case CREDIT -> {
        TaskEntry entry = tasks.get(message.getCredit().getTaskId());
        if (entry != null && entry.run != null && entry.belongsTo(gateway)) {
          entry.run.credit(message.getCredit().getChunks() & 0xffffffffL);
        }
      }
      case CANCEL ->
          apply(
              gateway,
              message.getCancel().getTaskId(),
              new NodeTaskEvent.CancelAsked(
                  message.getCancel().getReason(), message.getCancel().getSettle()));
      case REVEAL -> onReveal(gateway, message.getReveal());
      case FINAL -> onFinal(gateway, message.getFinal());
      case VOUCHER -> onVoucher(gateway, message.getVoucher());
      case CHALLENGE, WELCOME, REJECTED, HEARTBEAT_ACK, KIND_NOT_SET ->
          throw new IllegalArgumentException("kind: " + message.getKindCase());
    }
  }

  /**
   * What a Hello announces.
   *
   * @param gateway to this one; zero while it has not said who it is
   */
  public List<HeldTask> held(Address gateway) {
    return tasks.entrySet().stream()
        .filter(e -> e.getValue().concerns(gateway))
        .flatMap(e -> TaskMessages.held(e.getKey(), e.getValue()).stream())
        .toList();
  }

  /** Tasks on the engine. */
  public int running() {
    return slots.running();
  }

  /** Tasks whose promise is not yet settled. */
  public int owed() {
    return (int) tasks.values().stream().filter(TaskEntry::owes).count();
  }

  /** Thousandths of tokens per second over the last minute. */
  public long decodeMilliTokensPerSecond() {
    return speed.milliTokensPerSecond(System.nanoTime());
  }

  /** Drops what nobody asked about for too long. */
  public void expire() {
    long oldest = clock.millis() - settings.evidenceLifetime().toMillis();
    List.copyOf(tasks.entrySet()).stream()
        .filter(e -> e.getValue().sealedAtMillis < oldest)
        .map(Map.Entry::getKey)
        .forEach(id -> apply(id, new NodeTaskEvent.Expired()));
    long ended = tasks.values().stream().filter(e -> e.state instanceof Ended).count();
    var oldestFirst = tasks.values().iterator();
    while (ended > MOST_ENDED && oldestFirst.hasNext()) {
      if (oldestFirst.next().state instanceof Ended) {
        oldestFirst.remove();
        ended--;
      }
    }
  }

  private void onOffer(Address gateway, Offer offer) {
    if (offer.getTaskId().size() != 32 || offer.getAttempt() < 1) {
      outbox.send(
          gateway,
          TaskMessages.refuse(
              offer.getTaskId(),
              offer.getAttempt(),
              new Refusal(
                  Refusal.BAD_OFFER,
                  "taskId: "
                      + offer.getTaskId().size()
                      + " bytes, attempt: "
                      + Integer.toUnsignedString(offer.getAttempt())
                      + " (expected: 32 bytes, 1 to 2^31-1)")));
      return;
    }
    List<EngineModel> models = engine.models();
    Optional<Refusal> problem =
        check.problem(offer, gateway, models).or(() -> unpaid(offer.getSessionId()));
    TaskEntry entry = tasks.get(offer.getTaskId());
    if (entry == null) {
      entry = new TaskEntry(gateway, NodeTaskState.ABSENT, ByteString.EMPTY, Long.MAX_VALUE);
      tasks.put(offer.getTaskId(), entry);
    } else if (!entry.belongsTo(gateway)) {
      outbox.send(
          gateway,
          TaskMessages.refuse(
              offer.getTaskId(),
              offer.getAttempt(),
              new Refusal(Refusal.BAD_OFFER, "taskId: the task is another gateway's")));
      return;
    }
    entry.offered = offer;
    apply(
        offer.getTaskId(),
        new NodeTaskEvent.Offered(
            offer.getAttempt(), offer.getPrimary(), slots.free(), draining, problem.orElse(null)));
  }

  /** A gateway that does not sign for what was done gets no more than its slots for nothing. */
  private Optional<Refusal> unpaid(ByteString session) {
    long tasks = vouchers.unpaid(session);
    return tasks < settings.slots() + UNPAID_GRACE
        ? Optional.empty()
        : Optional.of(
            new Refusal(
                Refusal.NO_VOUCHER,
                tasks
                    + " tasks of the session are not vouched for (expected: a voucher for each)"));
  }

  private void onReveal(Address gateway, Reveal asked) {
    if (asked.getWithEvidence() && !tasks.containsKey(asked.getTaskId())) {
      seals.showKept(gateway, asked.getTaskId(), asked.getAttempt(), outbox);
      return;
    }
    apply(
        gateway,
        asked.getTaskId(),
        new NodeTaskEvent.RevealAsked(asked.getAttempt(), asked.getWithEvidence()));
  }

  private void onFinal(Address gateway, TaskFinal told) {
    TaskEntry entry = tasks.get(told.getTaskId());
    boolean counted =
        told.getOutcome() == TaskFinal.Outcome.OUTCOME_COMPLETED
            || !told.getReceiptDigest().isEmpty();
    if (counted
        && entry != null
        && entry.belongsTo(gateway)
        && entry.state instanceof Committed
        && entry.offered != null) {
      vouchers.completed(entry.offered.getSessionId());
    }
    if (counted && entry != null && entry.belongsTo(gateway)) {
      entry.receipted = entry.state instanceof Committed;
    }
    apply(gateway, told.getTaskId(), new NodeTaskEvent.FinalTold());
  }

  private void onVoucher(Address signer, Voucher voucher) {
    disk.execute(
        () -> {
          try {
            vouchers.accept(signer, voucher);
          } catch (IOException | IllegalArgumentException e) {
            logger.error("A voucher is not kept: {}", e.getMessage());
          }
        });
  }

  private void apply(Address gateway, ByteString taskId, NodeTaskEvent event) {
    TaskEntry entry = tasks.get(taskId);
    if (entry == null || entry.belongsTo(gateway)) {
      apply(taskId, event);
    } else {
      logger.warn(
          "Ignored what gateway {} said of task {}, which is another's",
          gateway,
          TaskMessages.shown(taskId));
    }
  }

  private void apply(ByteString taskId, NodeTaskEvent event) {
    TaskEntry entry = tasks.get(taskId);
    if (entry == null) {
      logger.debug("{} for task {} that is unknown here", event, TaskMessages.shown(taskId));
      return;
    }
    NodeTaskStep step = NodeTaskMachine.step(entry.state, event);
    if (step.rejection() != null) {
      logger.debug(
          "Task {} is {}: {} rejected as {}",
          TaskMessages.shown(taskId),
          entry.state,
          event,
          step.rejection());
    }
    entry.state = step.state();
    for (NodeTaskEffect effect : step.effects()) {
      perform(taskId, entry, effect);
    }
    if (entry.state instanceof NodeTaskState.Absent) {
      tasks.remove(taskId);
    }
    tellWhenIdle();
  }

  private void perform(ByteString taskId, TaskEntry entry, NodeTaskEffect effect) {
    switch (effect) {
      case NodeTaskEffect.SendAck e ->
          outbox.send(entry.gateway(), TaskMessages.ack(taskId, e.attempt()));
      case NodeTaskEffect.SendRefuse e -> {
        logger.info(
            "Refused task {}: {}, {}",
            TaskMessages.shown(taskId),
            e.refusal().code(),
            e.refusal().message());
        outbox.send(entry.gateway(), TaskMessages.refuse(taskId, e.attempt(), e.refusal()));
      }
      case NodeTaskEffect.StartEngine _ -> start(entry);
      case NodeTaskEffect.StopEngine _ -> stop(entry);
      case NodeTaskEffect.CutEngine _ -> {
        if (entry.run != null) {
          entry.run.cut();
        }
      }
      case NodeTaskEffect.Seal e -> seal(taskId, entry, e.attempt());
      case NodeTaskEffect.SendPrecommit e ->
          outbox.send(
              entry.gateway(), TaskMessages.precommit(taskId, e.attempt(), entry.precommit));
      case NodeTaskEffect.SendCommit e ->
          seals.open(entry.gateway(), taskId, e.withEvidence(), outbox);
      case NodeTaskEffect.SendError e -> {
        stop(entry);
        logger
            .atLevel(level(e))
            .log("Task {} failed: {}, {}", TaskMessages.shown(taskId), e.code(), e.message());
        outbox.send(entry.gateway(), TaskMessages.error(taskId, e));
      }
      case NodeTaskEffect.Discard _ -> {
        entry.forgetPromise();
        if (entry.receipted) {
          seals.retain(taskId);
        } else {
          seals.discard(taskId);
        }
      }
    }
  }

  /** What a client takes back is everyday; an operator looks for what went wrong. */
  private static Level level(NodeTaskEffect.SendError e) {
    if (e.code().equals("cancelled")) {
      return Level.DEBUG;
    }
    return e.retryElsewhere() ? Level.WARN : Level.INFO;
  }

  private void start(TaskEntry entry) {
    Offer offer = entry.requireOffer();
    TaskRun run;
    if (offer.hasEmbedding()) {
      run = new EmbeddingRun(offer, engine, runEvents);
    } else {
      EngineModel model =
          engine.models().stream()
              .filter(m -> m.id().equals(offer.getGeneration().getModel()))
              .findFirst()
              .orElseThrow();
      run =
          new GenerationRun(
              offer,
              initialCredits.getOrDefault(entry.gateway(), 0L),
              model.equivalenceClass(),
              TaskMessages.weightsDigest(model),
              engine,
              message -> outbox.send(entry.gateway(), message),
              runEvents);
    }
    entry.run = run;
    long leftMillis = Math.max(0, offer.getDeadlineMillis() - clock.millis());
    entry.deadline =
        loop.schedule(
            () ->
                apply(
                    offer.getTaskId(),
                    new NodeTaskEvent.TimeUp(
                        offer.getAttempt(), "deadline_exceeded", "the task's deadline is past")),
            leftMillis + settings.deadlineGrace().toMillis(),
            TimeUnit.MILLISECONDS);
    slots.start(run);
  }

  private void stop(TaskEntry entry) {
    TaskRun run = entry.takeRun();
    if (run != null) {
      slots.stop(run);
    }
  }

  private void seal(ByteString taskId, TaskEntry entry, int attempt) {
    TaskOutput output = entry.output;
    Offer offer = entry.requireOffer();
    stop(entry);
    entry.output = null;
    if (output == null) {
      throw new IllegalStateException("task " + TaskMessages.shown(taskId) + ": no output to seal");
    }
    seals.seal(
        entry.gateway(),
        offer,
        output,
        stored -> {
          if (tasks.get(taskId) == entry && entry.state.equals(new Sealing(attempt))) {
            entry.precommit = stored.getPrecommit();
            entry.sealedAtMillis = stored.getSealedAtMillis();
          }
          apply(taskId, new NodeTaskEvent.Sealed(attempt));
        },
        why -> apply(taskId, new NodeTaskEvent.SealFailed(attempt, why)));
  }

  private void tellWhenIdle() {
    if (draining && slots.running() == 0 && tasks.values().stream().noneMatch(TaskEntry::owes)) {
      Runnable tell = idle;
      idle = () -> {};
      tell.run();
    }
  }

  /** Brings what the engine says to the loop. */
  private final class RunEvents implements TaskRun.Listener {
    @Override
    public void onOutput(TaskRun run, TaskOutput output) {
      loop.execute(
          () -> {
            TaskEntry entry = tasks.get(run.offer().getTaskId());
            if (entry != null && run.equals(entry.run)) {
              entry.output = output;
              apply(run.offer().getTaskId(), new NodeTaskEvent.Finished(run.offer().getAttempt()));
            }
          });
    }

    @Override
    public void onFailure(TaskRun run, RuntimeException error) {
      boolean elsewhere = !(error instanceof EngineException e) || e.retryElsewhere();
      loop.execute(
          () -> {
            TaskEntry entry = tasks.get(run.offer().getTaskId());
            if (entry != null && run.equals(entry.run)) {
              apply(
                  run.offer().getTaskId(),
                  new NodeTaskEvent.EngineFailed(
                      run.offer().getAttempt(),
                      TaskMessages.errorCode(error),
                      String.valueOf(error.getMessage()),
                      elsewhere));
            }
          });
    }

    @Override
    public void onReleased(TaskRun run) {
      loop.execute(
          () -> {
            slots.released(run);
            tellWhenIdle();
          });
    }

    @Override
    public void onTokens(int count) {
      speed.decoded(count, System.nanoTime());
    }
  }
}

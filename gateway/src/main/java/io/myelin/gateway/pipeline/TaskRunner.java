package io.myelin.gateway.pipeline;

import com.google.protobuf.ByteString;
import io.myelin.gateway.hub.NodeLink;
import io.myelin.gateway.journal.TaskRow;
import io.myelin.gateway.journal.TaskStore;
import io.myelin.gateway.loop.Loop;
import io.myelin.gateway.task.Submission;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.journal.JournalCodec;
import io.myelin.protocol.task.Assignment;
import io.myelin.protocol.task.CancelCause;
import io.myelin.protocol.task.DeadlineKind;
import io.myelin.protocol.task.Delivered;
import io.myelin.protocol.task.LossCause;
import io.myelin.protocol.task.TaskEffect;
import io.myelin.protocol.task.TaskEvent;
import io.myelin.protocol.task.TaskMachine;
import io.myelin.protocol.task.TaskPhase;
import io.myelin.protocol.task.TaskState;
import io.myelin.protocol.task.Transition;
import io.myelin.protocol.work.VerificationLevel;
import io.myelin.v1.HeldTask;
import io.myelin.v1.NodeMessage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One task: feeds what happens to its machine, journals it, and has the effects carried out.
 * Everything happens in the task's loop, in turns: all that follows from one happening is written
 * to the journal together or not at all.
 */
final class TaskRunner implements Dispatcher.Waiting, Feed.Events {
  private static final Logger log = LoggerFactory.getLogger(TaskRunner.class);

  /** Not a number the machine gives to a deadline. */
  private static final long QUEUE_WATCH = 0;

  private final PipelineContext context;
  private final Loop loop;
  private final TaskRow row;
  private final TaskWork work;
  private final int redundancy;
  private final OutputLog output;
  private final Feed feed;
  private final TaskEffects effects;
  private final NodeInbox inbox;
  private final Map<Long, Loop.Timer> timers = new HashMap<>();
  private final Deque<TaskEvent> events = new ArrayDeque<>();
  private List<JournalAnswer> afterJournal = new ArrayList<>();
  private TaskStore.@Nullable Changes changes;
  private boolean turning;
  private int eventCount;
  private volatile TaskState state;

  TaskRunner(
      PipelineContext context,
      Loop loop,
      TaskRow row,
      TaskWork work,
      VerificationLevel level,
      TaskState state,
      int eventCount,
      OutputLog output) {
    this.context = context;
    this.loop = loop;
    this.row = row;
    this.work = work;
    this.redundancy = state.terms().redundancy();
    this.state = state;
    this.eventCount = eventCount;
    this.output = output;
    this.feed = new Feed(row.id(), loop, output, context.settings().slowReaderMillis(), this);
    boolean checked = level.isChecked() && !work.embeds();
    this.inbox = new NodeInbox(this, context, checked);
    this.effects = new TaskEffects(this, context, level, checked);
  }

  // Turns.

  /** Carries out effects that no event caused: those of a new task. In the loop. */
  void begin(List<TaskEffect> first) {
    inTurn(() -> first.forEach(effects::carryOut));
  }

  /** Something happened. In the loop. */
  void raise(TaskEvent event) {
    events.add(event);
    if (!turning) {
      inTurn(() -> {});
    }
  }

  private void inTurn(Runnable start) {
    turning = true;
    TaskStore.Changes group = context.store().change(row.id(), row.submission().sessionId());
    changes = group;
    List<JournalAnswer> after;
    try {
      start.run();
      TaskEvent event;
      while ((event = events.poll()) != null) {
        step(event);
      }
    } finally {
      turning = false;
      changes = null;
      after = afterJournal;
      afterJournal = new ArrayList<>();
    }
    write(group, after);
  }

  private void write(TaskStore.Changes group, List<JournalAnswer> after) {
    if (group.isEmpty()) {
      after.forEach(answer -> answer.on(true));
      return;
    }
    CompletableFuture<@Nullable Void> written = group.submit();
    var _ =
        written.handle(
            (_, error) -> {
              if (error != null) {
                log.warn("task {}: the journal refused a change: {}", row.id(), error.toString());
              }
              if (!after.isEmpty()) {
                loop.execute(() -> after.forEach(answer -> answer.on(error == null)));
              }
              return error == null;
            });
  }

  private void step(TaskEvent event) {
    long now = context.clock().millis();
    TaskState before = state;
    switch (TaskMachine.apply(before, event, now)) {
      case Transition.Rejected rejected -> rejected(event, rejected);
      case Transition.Moved moved -> {
        state = moved.state();
        // Once the end is written nothing is replayed any more.
        if (!before.ended() && !(event instanceof TaskEvent.ReceiptStored)) {
          changes()
              .event(
                  ++eventCount,
                  now,
                  JournalCodec.TASK_EVENT.encode(event),
                  moved.state().phase().label());
        }
        if (!before.ended() && moved.state().ended()) {
          context.dispatcher().withdraw(this);
          disarm(QUEUE_WATCH);
        }
        moved.effects().forEach(effects::carryOut);
      }
    }
  }

  private void rejected(TaskEvent event, Transition.Rejected rejected) {
    log.debug("task {}: {} rejected: {}", row.id(), event, rejected.message());
    switch (event) {
      case TaskEvent.Dispatch dispatch ->
          dispatch.nodes().forEach(node -> context.dispatcher().release(row.id(), node));
      case TaskEvent.ReplacementChosen chosen ->
          context.dispatcher().release(row.id(), chosen.node());
      default -> {}
    }
  }

  /** What waits for the journal. */
  interface JournalAnswer {
    /** The turn's changes are in the journal, or could not be written. */
    void on(boolean written);
  }

  /** Runs, in the loop, once what this turn changes is in the journal or could not be written. */
  void afterJournal(JournalAnswer answer) {
    afterJournal.add(answer);
  }

  /** The changes of this turn. */
  TaskStore.Changes changes() {
    TaskStore.Changes group = changes;
    if (group == null) {
      throw new IllegalStateException("not in a turn of task " + row.id());
    }
    return group;
  }

  // What happens.

  @Override
  public void onDispatched(List<Address> nodes) {
    loop.run(() -> raise(new TaskEvent.Dispatch(nodes)));
  }

  @Override
  public void onOwnerAdvanced() {
    inbox.clientAdvanced();
  }

  @Override
  public void onOwnerLeft() {
    raise(new TaskEvent.CancelRequested(CancelCause.CLIENT_LEFT, clientPosition()));
  }

  @Override
  public void onOwnerTooSlow() {
    raise(new TaskEvent.CancelRequested(CancelCause.SLOW_READER, clientPosition()));
  }

  /** A message of a node about this task, from any thread. */
  void onMessage(NodeLink link, NodeMessage message) {
    loop.run(() -> inbox.onMessage(link, message));
  }

  /** A connection is gone, from any thread. */
  void onLinkLost(NodeLink link) {
    loop.run(
        () -> {
          for (Assignment assignment : state.live()) {
            if (effects.isLinkOf(assignment.attempt(), link)) {
              raise(
                  new TaskEvent.NodeLost(
                      assignment.node(),
                      assignment.attempt(),
                      LossCause.CONNECTION_LOST,
                      output.position()));
            }
          }
        });
  }

  /** A node connected that still holds this task; from any thread. */
  void onNodeReturned(NodeLink link, HeldTask held) {
    loop.run(
        () -> {
          Assignment assignment = state.liveAt(link.node()).orElse(null);
          if (assignment == null || effects.hasLink(assignment.attempt())) {
            effects.tellReplaced(link, "another node took over");
            return;
          }
          effects.link(assignment.attempt(), link);
          @Nullable Digest precommit =
              held.getPrecommit().size() == Digest.LENGTH
                  ? Digest.of(held.getPrecommit().toByteArray())
                  : null;
          raise(new TaskEvent.NodeReturned(link.node(), assignment.attempt(), precommit));
        });
  }

  /** Cancels from outside, from any thread. */
  void cancel(CancelCause cause) {
    loop.run(() -> raise(new TaskEvent.CancelRequested(cause, clientPosition())));
  }

  /** While it waits in the queue: whether anyone could ever take it. */
  void watchForNodes() {
    if (!isLive() || !(state.phase() instanceof TaskPhase.Queued)) {
      return;
    }
    Loop.Timer timer =
        loop.schedule(
            context.settings().absentNodeMillis(),
            () -> {
              if (state.phase() instanceof TaskPhase.Queued
                  && context.dispatcher().able(sessionId(), need()) < redundancy) {
                raise(new TaskEvent.NoNodeAvailable());
              } else {
                watchForNodes();
              }
            });
    Loop.Timer before = timers.put(QUEUE_WATCH, timer);
    if (before != null) {
      before.cancel();
    }
  }

  // Timers.

  void arm(TaskEffect.ArmDeadline deadline) {
    long delay = deadline.atMillis() - context.clock().millis();
    timers.put(
        deadline.armedId(),
        loop.schedule(Math.max(0, delay), () -> fire(deadline.kind(), deadline.armedId())));
  }

  void disarm(long armedId) {
    Loop.Timer timer = timers.remove(armedId);
    if (timer != null) {
      timer.cancel();
    }
  }

  private void fire(DeadlineKind kind, long armedId) {
    timers.remove(armedId);
    if (kind == DeadlineKind.REPLACEMENT) {
      effects.endSearch(armedId);
    }
    Delivered position = kind == DeadlineKind.TASK ? clientPosition() : output.position();
    long progress = feed.ownerWaits() ? context.clock().millis() : inbox.lastProgressAtMillis();
    raise(new TaskEvent.DeadlinePassed(kind, armedId, position, progress));
  }

  void stopTimers() {
    timers.values().forEach(Loop.Timer::cancel);
    timers.clear();
  }

  // What it is.

  /** How far the client really got; a durable task's client is the journal. */
  Delivered clientPosition() {
    return output.position(feed.ownerCursor());
  }

  @Override
  public String taskId() {
    return row.id();
  }

  @Override
  public String sessionId() {
    return row.submission().sessionId();
  }

  @Override
  public SlotTable.Need need() {
    return work.need();
  }

  @Override
  public int redundancy() {
    return redundancy;
  }

  ByteString id() {
    return ByteString.copyFrom(work.taskId().bytes());
  }

  boolean isLive() {
    return row.submission().kind() == Submission.Kind.LIVE;
  }

  Loop loop() {
    return loop;
  }

  TaskRow row() {
    return row;
  }

  TaskWork work() {
    return work;
  }

  OutputLog output() {
    return output;
  }

  Feed feed() {
    return feed;
  }

  NodeInbox inbox() {
    return inbox;
  }

  TaskEffects effects() {
    return effects;
  }

  /** As of the last transition; from any thread. */
  TaskState state() {
    return state;
  }
}

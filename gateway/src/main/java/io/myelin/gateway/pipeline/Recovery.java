package io.myelin.gateway.pipeline;

import io.myelin.gateway.journal.TaskRow;
import io.myelin.gateway.journal.TaskStore;
import io.myelin.gateway.loop.Loops;
import io.myelin.gateway.session.SessionGrant;
import io.myelin.gateway.session.SessionLedger;
import io.myelin.gateway.task.TaskRejectedException;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.journal.JournalCodec;
import io.myelin.protocol.journal.JournalFormatException;
import io.myelin.protocol.task.Assignment;
import io.myelin.protocol.task.CancelCause;
import io.myelin.protocol.task.Delivered;
import io.myelin.protocol.task.SlotUse;
import io.myelin.protocol.task.TaskEvent;
import io.myelin.protocol.task.TaskMachine;
import io.myelin.protocol.task.TaskPhase;
import io.myelin.protocol.task.TaskState;
import io.myelin.protocol.task.TaskTerms;
import io.myelin.protocol.work.VerificationLevel;
import io.myelin.v1.GeneratedChunk;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings unfinished tasks back from the journal: their machines replayed, their streams read. */
final class Recovery {
  private static final Logger log = LoggerFactory.getLogger(Recovery.class);
  private static final int PAGE = 1_000;

  private final PipelineContext context;
  private final SessionLedger ledger;
  private final Loops loops;

  Recovery(PipelineContext context, SessionLedger ledger, Loops loops) {
    this.context = context;
    this.ledger = ledger;
    this.loops = loops;
  }

  /** Takes every unfinished task up again. */
  void unfinished(Consumer<TaskRunner> register) {
    List<TaskRow> rows = context.store().unfinished();
    for (TaskRow row : rows) {
      try {
        TaskRunner task = replay(row);
        register.accept(task);
        resume(task);
      } catch (JournalFormatException | IllegalArgumentException e) {
        // One damaged task must not keep the gateway from starting; it stays for a person to see.
        log.error("task {} in the journal cannot be read and is left alone", row.id(), e);
      }
    }
    if (!rows.isEmpty()) {
      log.info("{} unfinished tasks found in the journal", rows.size());
    }
  }

  private TaskRunner replay(TaskRow row) throws JournalFormatException {
    TaskTerms terms = JournalCodec.TASK_TERMS.decode(row.terms());
    List<TaskMachine.Stamped> events = new ArrayList<>();
    for (TaskStore.StoredEvent stored : context.store().events(row.id())) {
      events.add(
          new TaskMachine.Stamped(
              stored.atMillis(), JournalCodec.TASK_EVENT.decode(stored.event())));
    }
    TaskState state = TaskMachine.replay(terms, row.createdAtMillis(), events);
    OutputLog output = new OutputLog(TaskId.parse(row.id()));
    List<GeneratedChunk> page;
    do {
      page = context.store().chunks(row.id(), output.size() - 1L, PAGE);
      page.forEach(output::append);
    } while (page.size() == PAGE);
    TaskWork work =
        new TaskWork(
            context.identity(),
            terms.taskId(),
            terms.sessionId(),
            row.submission().work(),
            terms.deadlineAtMillis());
    VerificationLevel level =
        ledger
            .grant(row.submission().sessionId())
            .map(SessionGrant::verification)
            .orElse(VerificationLevel.NONE);
    return new TaskRunner(context, loops.next(), row, work, level, state, events.size(), output);
  }

  private void resume(TaskRunner task) {
    TaskState state = task.state();
    for (Assignment assignment : state.assignments()) {
      if (assignment.slot() == SlotUse.HELD) {
        context.dispatcher().restore(task.taskId(), task.sessionId(), assignment.node());
      }
    }
    boolean held = holdAgain(task);
    boolean goesOn = !task.isLive();
    Delivered position = goesOn ? task.output().position() : state.delivered();
    task.loop()
        .run(
            () -> {
              task.raise(new TaskEvent.GatewayRestarted(goesOn, position));
              if (!held) {
                task.raise(new TaskEvent.CancelRequested(CancelCause.SESSION_ENDED, position));
              } else if (task.state().phase() instanceof TaskPhase.Queued) {
                // Its place in the queue was only in memory.
                context.dispatcher().enqueue(task, false);
              }
            });
  }

  private boolean holdAgain(TaskRunner task) {
    try {
      ledger.hold(task.sessionId(), task.taskId(), task.row().holdWei());
      return true;
    } catch (TaskRejectedException e) {
      log.warn("task {} cannot go on: {}", task.taskId(), e.getMessage());
      return false;
    }
  }
}

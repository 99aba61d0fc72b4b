package io.myelin.gateway.pipeline;

import io.myelin.gateway.journal.Journal;
import io.myelin.gateway.journal.TaskRow;
import io.myelin.gateway.task.TaskFailure;
import io.myelin.gateway.task.TaskOutcome;
import io.myelin.gateway.task.TaskView;
import io.myelin.protocol.task.CancelCause;
import io.myelin.protocol.task.Cut;
import io.myelin.protocol.task.TaskPhase;
import io.myelin.protocol.task.TaskState;
import io.myelin.v1.GeneratedChunk;
import io.myelin.v1.GenerationResult;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tasks as fronts show them, from memory or from the journal. */
final class TaskViews {
  private static final int PAGE = 1_000;

  private TaskViews() {}

  /** A task in memory; from any thread. */
  static TaskView of(TaskRunner task) {
    TaskState state = task.state();
    TaskRow row = task.row();
    @Nullable Outcome outcome = task.feed().outcome();
    @Nullable TaskOutcome completed =
        outcome instanceof Outcome.Completed done ? done.outcome() : null;
    return new TaskView(
        row.id(),
        row.submission().sessionId(),
        row.submission().work().model(),
        // Whole and told, though the nodes may not know yet.
        completed != null ? "completed" : state.label(),
        row.submission().clientReference(),
        row.createdAtMillis(),
        state.endedAtMillis(),
        TaskEffects.nodes(state.assignments()),
        task.output().text(task.feed().limit()).toStringUtf8(),
        completed == null ? null : completed.generation(),
        completed == null ? null : completed.embedding(),
        failure(state, outcome));
  }

  /** Clients are told of an end when the journal has it; who looks meanwhile sees it whole too. */
  private static @Nullable TaskFailure failure(TaskState state, @Nullable Outcome outcome) {
    if (outcome instanceof Outcome.Failed failed) {
      return failed.failure();
    }
    Cut cut = state.cut();
    if (cut != null) {
      return new TaskFailure(cut.code(), cut.message(), cut.clientFault(), cut.at().tokens());
    }
    int delivered = state.delivered().tokens();
    if (state.phase() instanceof TaskPhase.Failed failed) {
      return new TaskFailure(failed.code(), failed.message(), failed.clientFault(), delivered);
    }
    if (state.phase() instanceof TaskPhase.Cancelled cancelled) {
      CancelCause cause = cancelled.cause();
      return new TaskFailure(cause.code(), cause.message(), cause.clientFault(), delivered);
    }
    return null;
  }

  /** A task out of the journal; a live one's text is not kept. */
  static TaskView of(TaskRow row, Journal journal) {
    StringBuilder text = new StringBuilder();
    chunks(journal, row.id()).forEach(chunk -> text.append(chunk.getText().toStringUtf8()));
    boolean completed = row.state().equals("completed");
    return new TaskView(
        row.id(),
        row.submission().sessionId(),
        row.submission().work().model(),
        row.state(),
        row.submission().clientReference(),
        row.createdAtMillis(),
        row.endedAtMillis(),
        List.of(),
        text.toString(),
        completed ? row.result() : null,
        row.embedding(),
        row.failure());
  }

  /** Every chunk the journal has of a task. */
  static List<GeneratedChunk> chunks(Journal journal, String taskId) {
    List<GeneratedChunk> all = new ArrayList<>();
    while (true) {
      List<GeneratedChunk> page = journal.tasks().chunks(taskId, all.size() - 1L, PAGE);
      all.addAll(page);
      if (page.size() < PAGE) {
        return all;
      }
    }
  }

  /** How a task in the journal ended. */
  static Outcome outcome(TaskRow row, Journal journal) {
    TaskFailure failure = row.failure();
    if (failure != null) {
      return new Outcome.Failed(failure);
    }
    @Nullable GenerationResult result = row.result();
    return new Outcome.Completed(
        new TaskOutcome(
            result, row.embedding(), journal.tasks().receiptDigest(row.id()).orElse("")));
  }
}

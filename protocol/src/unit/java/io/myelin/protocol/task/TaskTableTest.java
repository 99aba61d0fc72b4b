package io.myelin.protocol.task;

import static io.myelin.protocol.task.TaskFixtures.at;
import static io.myelin.protocol.task.TaskFixtures.commitment;
import static io.myelin.protocol.task.TaskFixtures.digest;
import static io.myelin.protocol.task.TaskFixtures.node;
import static io.myelin.protocol.task.TaskFixtures.result;
import static io.myelin.protocol.task.TaskFixtures.terms;

import io.myelin.protocol.docs.DocTable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Fills in the task machine's table: every kind of event in every kind of state. */
final class TaskTableTest {

  @Test
  void theTableInTheDocsIsWhatTheMachineDoes() throws IOException {
    Map<String, Supplier<TaskDriver>> states = states();
    List<String> heads = new ArrayList<>(List.of("event"));
    heads.addAll(states.keySet());
    DocTable table = new DocTable(heads);
    for (String event : events(states.values().iterator().next().get()).keySet()) {
      List<String> cells = new ArrayList<>(List.of(event));
      for (Supplier<TaskDriver> state : states.values()) {
        TaskDriver task = state.get();
        TaskEvent apt = events(task).get(event);
        cells.add(apt == null ? "" : cell(task, apt));
      }
      table.row(cells);
    }
    table.check("state-machines.md", "task");
  }

  private static String cell(TaskDriver task, TaskEvent event) {
    String before = describe(task.state());
    return switch (task.apply(event)) {
      case Transition.Rejected r -> "✗ " + r.reason();
      case Transition.Moved m -> {
        String after = describe(m.state());
        yield after.equals(before) ? "stays" : "→ " + after;
      }
    };
  }

  private static String describe(TaskState state) {
    String label = state.phase().label();
    if (state.released()) {
      return label + ", released";
    }
    if (state.cut() != null && !state.ended()) {
      return label + ", broken off";
    }
    if (!state.searches().isEmpty()) {
      return label + ", searching";
    }
    boolean streamed = state.primary().map(p -> p.stage() == NodeStage.STREAMED).orElse(false);
    return streamed && !state.ended() ? label + ", streamed" : label;
  }

  private static Map<String, Supplier<TaskDriver>> states() {
    Map<String, Supplier<TaskDriver>> states = new LinkedHashMap<>();
    put(states, TaskTableTest::queued);
    put(states, () -> queued().dispatched(1));
    put(states, () -> queued().dispatched(1).acked(1).lost(1, LossCause.CRASHED, 3));
    put(states, () -> queued().dispatched(1).acked(1));
    put(states, TaskTableTest::streamed);
    put(states, () -> streamed().precommitted(1, 3));
    put(states, TaskTableTest::committed);
    put(states, () -> committed().moves(new TaskEvent.Validated(true, "")));
    put(states, () -> completed());
    put(states, () -> committed().moves(new TaskEvent.Validated(false, "planted")));
    put(
        states,
        () ->
            queued()
                .dispatched(1)
                .acked(1)
                .moves(new TaskEvent.CancelRequested(CancelCause.CLIENT_LEFT, at(3))));
    put(
        states,
        () ->
            queued()
                .dispatched(1)
                .acked(1)
                .moves(new TaskEvent.CancelRequested(CancelCause.CLIENT_LEFT, at(0))));
    put(states, () -> completed().releasesSlots());
    return states;
  }

  private static void put(Map<String, Supplier<TaskDriver>> states, Supplier<TaskDriver> state) {
    states.put(describe(state.get().state()), state);
  }

  private static TaskDriver queued() {
    return new TaskDriver(terms(1));
  }

  private static TaskDriver streamed() {
    return queued().dispatched(1).acked(1).finished(1, 3);
  }

  private static TaskDriver committed() {
    return streamed().precommitted(1, 3).committed(1, 3);
  }

  private static TaskDriver completed() {
    return committed()
        .moves(new TaskEvent.Validated(true, ""))
        .moves(new TaskEvent.ReceiptStored(digest("receipt")));
  }

  /**
   * The most apt event of each kind: the primary's own attempt, the search and timer that are on.
   */
  private static Map<String, TaskEvent> events(TaskDriver task) {
    Commitment honest = commitment(1, 3);
    TaskState state = task.state();
    long search = state.searches().isEmpty() ? 99 : state.searches().getFirst().requestId();
    Map<String, TaskEvent> events = new LinkedHashMap<>();
    events.put("Dispatch", new TaskEvent.Dispatch(List.of(node(1))));
    events.put("NoNodeAvailable", new TaskEvent.NoNodeAvailable());
    events.put("Acked", new TaskEvent.Acked(node(1), 1));
    events.put("Refused", new TaskEvent.Refused(node(1), 1, "no_slot", "busy", false));
    events.put("Refused, client's fault", new TaskEvent.Refused(node(1), 1, "x", "x", true));
    Delivered here = state.delivered();
    events.put("NodeLost", new TaskEvent.NodeLost(node(1), 1, LossCause.CRASHED, here));
    events.put("NodeFailed", new TaskEvent.NodeFailed(node(1), 1, "x", "x", true, here));
    events.put("NodeReturned", new TaskEvent.NodeReturned(node(1), 1, honest.precommit()));
    events.put("StreamFinished", new TaskEvent.StreamFinished(node(1), 1, at(3), result(3)));
    events.put("Precommitted", new TaskEvent.Precommitted(node(1), 1, honest.precommit()));
    events.put("Committed", new TaskEvent.Committed(node(1), 1, honest, true));
    events.put("Committed, false", new TaskEvent.Committed(node(1), 1, commitment(2, 3), true));
    events.put("ReplacementChosen", new TaskEvent.ReplacementChosen(search, node(2)));
    events.put("NoReplacement", new TaskEvent.NoReplacement(search));
    events.put("Validated, accepted", new TaskEvent.Validated(true, ""));
    events.put("Validated, rejected", new TaskEvent.Validated(false, "planted"));
    events.put("ReceiptStored", new TaskEvent.ReceiptStored(digest("receipt")));
    events.put("CancelRequested", new TaskEvent.CancelRequested(CancelCause.CLIENT_LEFT, here));
    for (DeadlineKind kind : DeadlineKind.values()) {
      Deadline deadline =
          state.deadlines().stream()
              .filter(d -> d.kind() == kind)
              .findFirst()
              .orElse(new Deadline(kind, 99, 0, 0));
      events.put(
          "DeadlinePassed " + kind,
          new TaskEvent.DeadlinePassed(kind, deadline.armedId(), here, 0));
    }
    task.after(TaskFixtures.DEADLINE_MILLIS);
    events.put("Released", new TaskEvent.Released(node(1), 1));
    events.put("GatewayRestarted, resume", new TaskEvent.GatewayRestarted(true, here));
    events.put("GatewayRestarted, give up", new TaskEvent.GatewayRestarted(false, here));
    return events;
  }
}

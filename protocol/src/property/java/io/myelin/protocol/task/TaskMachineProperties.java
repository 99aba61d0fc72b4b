package io.myelin.protocol.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.protocol.journal.JournalCodec;
import io.myelin.protocol.journal.JournalFormatException;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.statistics.Statistics;

/** Whatever happens to a task, in whatever order. */
final class TaskMachineProperties {
  private static final int HISTORIES = 6_000;

  @Property(tries = HISTORIES)
  void everyHistoryKeepsTheBooksAndEnds(
      @ForAll("terms") TaskTerms terms, @ForAll("actions") List<TaskAction> actions)
      throws JournalFormatException {
    TaskWorld world = new TaskWorld(terms);
    actions.forEach(world::act);
    world.settle();

    assertThat(world.state().released()).as("ends, and gives every slot back").isTrue();
    assertThat(world.auditor().toldClient()).as("the client is told once").isEqualTo(1);
    assertThat(world.auditor().forgotten()).isEqualTo(1);
    assertThat(world.replay()).as("the journal gives the state").isEqualTo(world.state());
    assertThat(TaskMachine.replay(terms, 1_000, throughJson(world.journal())))
        .as("and so does its JSON")
        .isEqualTo(world.state());

    Statistics.label("end")
        .collect(world.state().phase().label())
        .coverage(
            c -> {
              c.check("completed").percentage(p -> p > 2);
              c.check("failed").percentage(p -> p > 2);
              c.check("cancelled").percentage(p -> p > 2);
            });
    Statistics.label("failed over")
        .collect(world.auditor().failedOver() && completed(world))
        .coverage(c -> c.check(true).count(n -> n > 20));
  }

  /** Found by the property above: five steps, a client that leaves, and a restart that gives up. */
  @Example
  void aGatewayThatGivesUpKeepsToWhereItsClientWasToldThatTheStreamEnds()
      throws JournalFormatException {
    List<TaskAction> actions = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      actions.add(new TaskAction(TaskAction.Kind.PROGRESS, 0));
    }
    actions.add(new TaskAction(TaskAction.Kind.CANCEL, 0));
    actions.add(new TaskAction(TaskAction.Kind.PROGRESS, 0));
    actions.add(new TaskAction(TaskAction.Kind.RESTART_AND_GIVE_UP, 1));
    TaskWorld world = new TaskWorld(TaskFixtures.terms(1, true));
    actions.forEach(world::act);
    world.settle();
    assertThat(world.state().released()).isTrue();
    assertThat(world.auditor().toldClient()).isEqualTo(1);
    assertThat(world.replay()).isEqualTo(world.state());
  }

  private static boolean completed(TaskWorld world) {
    return world.state().phase() instanceof TaskPhase.Completed;
  }

  private static List<TaskMachine.Stamped> throughJson(List<TaskMachine.Stamped> journal)
      throws JournalFormatException {
    List<TaskMachine.Stamped> read = new ArrayList<>();
    for (TaskMachine.Stamped entry : journal) {
      String json = JournalCodec.TASK_EVENT.encode(entry.event());
      TaskEvent event = JournalCodec.TASK_EVENT.decode(json);
      assertThat(event).isEqualTo(entry.event());
      read.add(new TaskMachine.Stamped(entry.atMillis(), event));
    }
    return read;
  }

  @Provide
  Arbitrary<TaskTerms> terms() {
    return Combinators.combine(Arbitraries.integers().between(1, 3), Arbitraries.of(true, false))
        .as(TaskFixtures::terms);
  }

  @Provide
  Arbitrary<List<TaskAction>> actions() {
    Arbitrary<TaskAction.Kind> mischief = Arbitraries.of(TaskAction.Kind.class);
    Arbitrary<TaskAction.Kind> kind =
        Arbitraries.frequencyOf(
            Tuple.of(7, Arbitraries.just(TaskAction.Kind.PROGRESS)),
            Tuple.of(1, Arbitraries.just(TaskAction.Kind.CHUNK)),
            Tuple.of(2, mischief));
    return Combinators.combine(kind, Arbitraries.integers().between(0, 60))
        .as(TaskAction::new)
        .list()
        .ofMaxSize(60);
  }
}

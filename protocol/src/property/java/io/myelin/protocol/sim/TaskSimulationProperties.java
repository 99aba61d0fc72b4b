package io.myelin.protocol.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.protocol.task.Counted;
import io.myelin.protocol.task.Cut;
import io.myelin.protocol.task.Segment;
import io.myelin.protocol.task.TaskPhase;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.statistics.Statistics;

/** Nodes fail at any point: the client's stream is whole, or ends in one error. */
final class TaskSimulationProperties {

  @Property(tries = 3_000)
  void theClientsStreamIsUnbrokenWhateverFails(
      @ForAll @LongRange(min = 0, max = 1_000_000) long seed,
      @ForAll @IntRange(min = 1, max = 3) int redundancy,
      @ForAll("chunks") int chunks,
      @ForAll("faults") List<Fault> faults) {
    TaskSimulation sim = new TaskSimulation(seed, redundancy, chunks, faults).run();
    endsWell(sim);

    long honest = faults.stream().filter(Fault::honest).count();
    if (honest >= redundancy) {
      assertThat(sim.state().phase()).as(sim.log()).isInstanceOf(TaskPhase.Completed.class);
      assertThat(sim.clientText()).isEqualTo(sim.stream().text(chunks));
      assertThat(((TaskPhase.Ended) sim.state().phase()).counted().outputTokens())
          .isEqualTo(sim.stream().at(chunks).tokens());
    }
    Statistics.label("end").collect(sim.state().phase().label(), segments(sim) > 1);
    Statistics.label("completed by more than one node")
        .collect(sim.state().phase() instanceof TaskPhase.Completed && segments(sim) > 1)
        .coverage(c -> c.check(true).percentage(p -> p > 5));
  }

  @Property(tries = 1_000)
  void aClientThatLeavesPaysForWhatItGot(
      @ForAll @LongRange(min = 0, max = 1_000_000) long seed,
      @ForAll @IntRange(min = 0, max = 400) int leavesAtMillis,
      @ForAll("faults") List<Fault> faults) {
    TaskSimulation sim =
        new TaskSimulation(seed, 1, 12, faults).clientLeavesAt(leavesAtMillis).run();
    endsWell(sim);
    Statistics.label("end")
        .collect(sim.state().phase().label())
        .coverage(c -> c.check("cancelled").percentage(p -> p > 10));
    Statistics.label("cancelled, and signed for")
        .collect(signed(sim))
        .coverage(c -> c.check(true).percentage(p -> p > 5));
    boolean honest = faults.getFirst().honest();
    if (honest && sim.state().cut() != null && segments(sim) == 1) {
      assertThat(signed(sim)).as("who did the work is paid for it: " + sim.log()).isTrue();
    }
  }

  private static void endsWell(TaskSimulation sim) {
    assertThat(sim.state().released()).as(sim.log()).isTrue();
    assertThat(sim.slotsTaken()).as(sim.log()).isZero();
    boolean completed = sim.state().phase() instanceof TaskPhase.Completed;
    assertThat(sim.clientEnds()).hasSize(1);
    assertThat(sim.clientEnds().contains("[DONE]")).isEqualTo(completed);
    int delivered = sim.state().delivered().chunks();
    Cut cut = sim.state().cut();
    int reached = cut == null ? delivered : cut.at().chunks();
    assertThat(sim.clientText()).as(sim.log()).isEqualTo(sim.stream().text(reached));
    assertThat(sim.state().delivered()).isEqualTo(sim.stream().at(delivered));
    assertThat(((TaskPhase.Ended) sim.state().phase()).counted().outputTokens())
        .isEqualTo(completed || signed(sim) ? sim.stream().at(reached).tokens() : 0);
    assertThat(sim.wronglyPenalised()).as(sim.log()).isEmpty();
  }

  /** Broken off, and the node signed for what the client got. */
  private static boolean signed(TaskSimulation sim) {
    return sim.state().cut() != null
        && !((TaskPhase.Ended) sim.state().phase()).counted().equals(Counted.NOTHING);
  }

  private static int segments(TaskSimulation sim) {
    List<Segment> segments = new ArrayList<>(sim.state().segments());
    return segments.size();
  }

  @Provide
  Arbitrary<List<Fault>> faults() {
    Arbitrary<Fault.Kind> kind =
        Arbitraries.frequencyOf(
            Tuple.of(2, Arbitraries.just(Fault.Kind.NONE)),
            Tuple.of(2, Arbitraries.of(Fault.Kind.KILLED_AT_CHUNK, Fault.Kind.STALLS_AT_CHUNK)),
            Tuple.of(2, Arbitraries.of(Fault.Kind.class)));
    return Combinators.combine(kind, uniform(0, 6)).as(Fault::new).list().ofMinSize(3).ofMaxSize(7);
  }

  @Provide
  Arbitrary<Integer> chunks() {
    return uniform(0, 12);
  }

  private static Arbitrary<Integer> uniform(int min, int max) {
    return Arbitraries.integers().between(min, max).withDistribution(RandomDistribution.uniform());
  }
}

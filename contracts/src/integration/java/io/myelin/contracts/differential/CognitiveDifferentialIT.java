package io.myelin.contracts.differential;

import io.myelin.protocol.cognitive.CognitivePhase;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import net.jqwik.api.statistics.Statistics;
import org.jspecify.annotations.Nullable;

/** The cognitive machine in Java and Cognitive, driven by the same histories. */
final class CognitiveDifferentialIT {
  private static @Nullable Network network;

  @BeforeContainer
  static void start() {
    network = Network.start(16);
  }

  @AfterContainer
  static void stop() {
    if (network != null) {
      network.close();
    }
  }

  @Property(edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void bothAnswerTheSame(
      @ForAll @IntRange(min = 1, max = 5) int responders,
      @ForAll @IntRange(max = 3) int spares,
      @ForAll("commands") List<CognitiveCommand> commands) {
    Network chain = Objects.requireNonNull(network, "started before");
    Smallest.check(
        commands,
        some -> {
          CognitiveWorld world = new CognitiveWorld(chain, 2 + responders + spares, responders);
          some.forEach(world::act);
          Optional<String> difference = Replay.difference(chain.simulation(), world.steps());
          if (difference.isEmpty()) {
            collect(world);
          }
          return difference;
        });
  }

  private static void collect(CognitiveWorld world) {
    Statistics.label("end")
        .collect(world.round().phase())
        .coverage(
            c -> {
              c.check(CognitivePhase.ENDED).percentage(p -> p > 5);
              c.check(CognitivePhase.FAILED).percentage(p -> p > 5);
            });
    for (Step step : world.steps()) {
      Statistics.label("answer").collect(step.rejection().orElse("took effect"));
    }
  }

  @Provide
  Arbitrary<List<CognitiveCommand>> commands() {
    Arbitrary<CognitiveCommand.Kind> kind =
        Arbitraries.frequencyOf(
            Tuple.of(30, Arbitraries.just(CognitiveCommand.Kind.PROGRESS)),
            Tuple.of(3, Arbitraries.just(CognitiveCommand.Kind.DEADLINE)),
            Tuple.of(10, Arbitraries.of(CognitiveCommand.Kind.class)));
    Arbitrary<Integer> wait =
        Arbitraries.frequencyOf(
            Tuple.of(30, Arbitraries.just(0)),
            Tuple.of(8, Arbitraries.integers().between(1, 5)),
            Tuple.of(1, Arbitraries.of(299, 300, 301)));
    Arbitrary<Integer> choice =
        Arbitraries.integers().between(0, 240).withDistribution(RandomDistribution.uniform());
    return Combinators.combine(kind, choice, wait)
        .as(CognitiveCommand::new)
        .list()
        .ofMaxSize(60)
        .withSizeDistribution(RandomDistribution.uniform());
  }
}

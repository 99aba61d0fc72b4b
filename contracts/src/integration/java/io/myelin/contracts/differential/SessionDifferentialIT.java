package io.myelin.contracts.differential;

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
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import net.jqwik.api.statistics.Statistics;
import org.jspecify.annotations.Nullable;

/**
 * The session and pool machines in Java and Session, InferencePayment and NodePool, driven by the
 * same histories of a gateway's sessions.
 */
final class SessionDifferentialIT {
  private static final int PLANS = 8;
  private static @Nullable Network network;
  private static @Nullable GatewayBase base;

  @BeforeContainer
  static void start() {
    Network started = Network.start(GatewayBase.SLOTS);
    network = started;
    base = GatewayBase.on(started);
  }

  @AfterContainer
  static void stop() {
    if (network != null) {
      network.close();
    }
  }

  @Property(edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void bothAnswerTheSame(
      @ForAll("plans") List<Integer> plans, @ForAll("commands") List<GatewayCommand> commands) {
    GatewayBase ready = Objects.requireNonNull(base, "started before");
    Smallest.check(
        commands,
        some -> {
          GatewayWorld world = new GatewayWorld(ready, plans);
          some.forEach(world::act);
          List<Step> steps = world.steps();
          Optional<String> difference = Replay.difference(ready.network().simulation(), steps);
          if (difference.isEmpty()) {
            collect(world, steps);
          }
          return difference;
        });
  }

  private static void collect(GatewayWorld world, List<Step> steps) {
    for (GatewayTwin s : world.java().sessions()) {
      var state = s.state();
      Statistics.label("end of a session").collect(state == null ? "none" : state.phase().label());
    }
    for (Step step : steps) {
      Statistics.label("answer").collect(step.rejection().orElse("took effect"));
    }
  }

  @Provide
  Arbitrary<List<Integer>> plans() {
    return evenly(PLANS).list().uniqueElements().ofMinSize(1).ofMaxSize(4);
  }

  private static Arbitrary<Integer> evenly(int below) {
    return Arbitraries.integers()
        .between(0, below - 1)
        .withDistribution(RandomDistribution.uniform());
  }

  @Provide
  Arbitrary<List<GatewayCommand>> commands() {
    Arbitrary<GatewayCommand.Kind> kind =
        Arbitraries.frequencyOf(
            Tuple.of(3, Arbitraries.just(GatewayCommand.Kind.PROGRESS)),
            Tuple.of(2, Arbitraries.of(GatewayCommand.Kind.class)));
    Arbitrary<Integer> wait =
        Arbitraries.frequencyOf(
            Tuple.of(20, Arbitraries.just(0)),
            Tuple.of(4, Arbitraries.integers().between(1, 60)),
            Tuple.of(1, Arbitraries.of(3_600, 40_000)));
    return Combinators.combine(kind, evenly(600), wait)
        .as(GatewayCommand::new)
        .list()
        .ofMaxSize(60)
        .withSizeDistribution(RandomDistribution.uniform());
  }
}

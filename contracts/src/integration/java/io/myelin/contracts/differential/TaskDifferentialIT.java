package io.myelin.contracts.differential;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.task.TaskPhase;
import java.math.BigInteger;
import java.util.ArrayList;
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
 * The task machine in Java and SessionQueue, with the session machine's money, driven by the same
 * histories.
 */
final class TaskDifferentialIT {
  private static final long HOURS = 3_600;
  private static @Nullable Network network;
  private static List<QueueSession> sessions = List.of();

  @BeforeContainer
  static void start() {
    Network started = Network.start(16);
    network = started;
    List<QueueSession> open = new ArrayList<>();
    open.add(open(started, "alone", 1, 2, 1_000, 0));
    open.add(open(started, "two tasks", 1, 4, 1_000, 2));
    open.add(open(started, "pair", 2, 9, 1_000, 0));
    open.add(open(started, "poor", 2, 10, 2, 3));
    open.add(open(started, "three of three", 3, 3, 1_000, 0));
    open.add(open(started, "three of ten", 3, 10, 1_000, 0));
    sessions = open.stream().map(QueueSession::settled).toList();
  }

  @AfterContainer
  static void stop() {
    if (network != null) {
      network.close();
    }
  }

  /** A session of the queue with a budget of so many dear tasks. */
  private static QueueSession open(
      Network network, String name, int redundancy, int nodes, int budgetTasks, int maxTasks) {
    BigInteger taskWei = Network.OUTPUT_WEI.multiply(BigInteger.valueOf(150L * redundancy));
    List<Address> some = network.nodes(nodes);
    return QueueSession.open(
        network,
        new Plan(
            name,
            network.contracts().queue().address(),
            redundancy,
            some,
            taskWei.multiply(BigInteger.valueOf(budgetTasks)),
            maxTasks,
            12 * HOURS,
            3));
  }

  @Property(edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void bothAnswerTheSame(
      @ForAll("session") int session, @ForAll("commands") List<QueueCommand> commands) {
    Network chain = Objects.requireNonNull(network, "started before");
    QueueSession base = sessions.get(session);
    Smallest.check(
        commands,
        some -> {
          QueueWorld world = new QueueWorld(base);
          some.forEach(world::act);
          List<Step> steps = world.steps();
          Optional<String> difference = Replay.difference(chain.simulation(), steps);
          if (difference.isEmpty()) {
            collect(world, steps);
          }
          return difference;
        });
  }

  private static void collect(QueueWorld world, List<Step> steps) {
    boolean paid = world.java().session().spentWei().signum() > 0;
    Statistics.label("tasks were paid")
        .collect(paid)
        .coverage(c -> c.check(true).percentage(p -> p > 10));
    for (int task = 0; task < QueueWorld.TASKS; task++) {
      TaskTwin twin = world.java().task(task);
      if (twin != null) {
        Statistics.label("end of a task").collect(twin.state().phase().label());
        if (twin.state().phase() instanceof TaskPhase.Failed failed) {
          Statistics.label("failure").collect(failed.code());
        }
        if (twin.state().lastAttempt() == 8) {
          Statistics.label("offered eight times").collect(true);
        }
      }
    }
    for (Step step : steps) {
      Statistics.label("answer").collect(step.rejection().orElse("took effect"));
    }
  }

  @Provide
  Arbitrary<Integer> session() {
    return evenly(sessions.size());
  }

  private static Arbitrary<Integer> evenly(int below) {
    return Arbitraries.integers()
        .between(0, below - 1)
        .withDistribution(RandomDistribution.uniform());
  }

  @Provide
  Arbitrary<List<QueueCommand>> commands() {
    Arbitrary<QueueCommand.Kind> kind =
        Arbitraries.frequencyOf(
            Tuple.of(40, Arbitraries.just(QueueCommand.Kind.PROGRESS)),
            Tuple.of(4, Arbitraries.just(QueueCommand.Kind.DEADLINE)),
            Tuple.of(2, Arbitraries.just(QueueCommand.Kind.EVERYBODY_LEAVES)),
            Tuple.of(16, Arbitraries.of(QueueCommand.Kind.class)));
    Arbitrary<Integer> wait =
        Arbitraries.frequencyOf(
            Tuple.of(40, Arbitraries.just(0)),
            Tuple.of(8, Arbitraries.integers().between(1, 5)),
            Tuple.of(1, Arbitraries.of(29, 30, 59, 60, 299, 300, 600)));
    return Combinators.combine(kind, evenly(240), wait)
        .as(QueueCommand::new)
        .list()
        .ofMaxSize(80)
        .withSizeDistribution(RandomDistribution.uniform());
  }
}

package io.myelin.protocol.nodetask;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.protocol.nodetask.NodeTaskState.Running;
import io.myelin.protocol.nodetask.NodeTaskState.Sealing;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever happens, in whatever order, a node keeps its word and never gives it twice. */
class NodeTaskMachineProperties {

  @Property(tries = 3000)
  void anyHistoryKeepsThePromises(@ForAll("histories") List<NodeTaskEvent> history) {
    NodeTaskState state = NodeTaskState.ABSENT;
    int engineOn = 0;
    Set<Integer> sealed = new HashSet<>();
    Set<Integer> promised = new HashSet<>();
    for (NodeTaskEvent event : history) {
      NodeTaskStep step = NodeTaskMachine.step(state, event);
      if (step.rejection() != null) {
        assertThat(step.state()).isEqualTo(state);
        assertThat(step.effects()).isEmpty();
      }
      if (event instanceof NodeTaskEvent.Sealed s && state.equals(new Sealing(s.attempt()))) {
        sealed.add(s.attempt());
      }
      if (event instanceof NodeTaskEvent.Finished && step.rejection() == null) {
        engineOn = 0;
      }
      if (event instanceof NodeTaskEvent.EngineFailed && step.rejection() == null) {
        engineOn = 0;
      }
      for (NodeTaskEffect effect : step.effects()) {
        switch (effect) {
          case NodeTaskEffect.StartEngine e -> {
            assertThat(engineOn).as("engines at once").isZero();
            engineOn = e.attempt();
          }
          case NodeTaskEffect.StopEngine e -> {
            assertThat(e.attempt()).isEqualTo(engineOn);
            engineOn = 0;
          }
          case NodeTaskEffect.CutEngine e -> assertThat(e.attempt()).isEqualTo(engineOn);
          case NodeTaskEffect.SendPrecommit e -> {
            assertThat(sealed).as("on disk before it is promised").contains(e.attempt());
            promised.add(e.attempt());
          }
          case NodeTaskEffect.SendCommit e ->
              assertThat(promised).as("promised before it is opened").contains(e.attempt());
          case NodeTaskEffect.Discard _ -> {
            sealed.clear();
            promised.clear();
          }
          case NodeTaskEffect.SendRefuse _ -> assertThat(step.state()).isEqualTo(state);
          case NodeTaskEffect.SendAck e ->
              assertThat(e.attempt()).isGreaterThanOrEqualTo(state.attempt());
          case NodeTaskEffect.Seal e -> assertThat(step.state().attempt()).isEqualTo(e.attempt());
          case NodeTaskEffect.SendError _ -> {}
        }
      }
      // An engine runs exactly while the state says so.
      assertThat(engineOn != 0).isEqualTo(step.state() instanceof Running);
      state = step.state();
    }
  }

  @Property
  void nothingRunsWithoutAFreeSlotOrWhileDraining(
      @ForAll("histories") List<NodeTaskEvent> history, @ForAll boolean slotFree) {
    NodeTaskState state = NodeTaskState.ABSENT;
    for (NodeTaskEvent event : history) {
      state = NodeTaskMachine.step(state, event).state();
    }
    var offer = new NodeTaskEvent.Offered(state.attempt() + 1, true, slotFree, !slotFree, null);
    NodeTaskStep step = NodeTaskMachine.step(state, offer);
    assertThat(step.effects().stream().anyMatch(NodeTaskEffect.StartEngine.class::isInstance))
        .isEqualTo(slotFree);
  }

  @Provide
  Arbitrary<List<NodeTaskEvent>> histories() {
    Arbitrary<Integer> attempts = Arbitraries.integers().between(1, 4);
    Arbitrary<Boolean> flags = Arbitraries.of(true, false);
    Arbitrary<NodeTaskEvent> offered =
        Combinators.combine(attempts, flags, Arbitraries.integers().between(0, 9))
            .as(
                (attempt, primary, luck) ->
                    new NodeTaskEvent.Offered(
                        attempt,
                        primary,
                        luck != 0,
                        luck == 1,
                        luck == 2 ? new Refusal(Refusal.BAD_OFFER, "forged") : null));
    Arbitrary<NodeTaskEvent> ofAttempt =
        Combinators.combine(attempts, Arbitraries.integers().between(0, 6))
            .as(
                (attempt, kind) ->
                    switch (kind) {
                      case 0, 1 -> new NodeTaskEvent.Finished(attempt);
                      case 2 -> new NodeTaskEvent.EngineFailed(attempt, "engine_crashed", "", true);
                      case 3, 4 -> new NodeTaskEvent.Sealed(attempt);
                      case 5 -> new NodeTaskEvent.SealFailed(attempt, "disk full");
                      default -> new NodeTaskEvent.TimeUp(attempt, "deadline_exceeded", "late");
                    });
    Arbitrary<NodeTaskEvent> reveal =
        Combinators.combine(attempts, flags).as(NodeTaskEvent.RevealAsked::new);
    Arbitrary<NodeTaskEvent> rest =
        Arbitraries.of(
            new NodeTaskEvent.CancelAsked("left", false),
            new NodeTaskEvent.CancelAsked("left", true),
            new NodeTaskEvent.FinalTold(),
            new NodeTaskEvent.ConnectionLost(),
            new NodeTaskEvent.Expired());
    return Arbitraries.oneOf(List.of(offered, ofAttempt, ofAttempt, reveal, rest))
        .list()
        .ofMaxSize(40);
  }
}

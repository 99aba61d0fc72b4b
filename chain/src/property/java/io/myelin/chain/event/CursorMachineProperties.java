package io.myelin.chain.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.chain.EventLog;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;

/**
 * Any history of blocks, reorganisations, crashes, failures and refused ranges: no event is applied
 * twice, only what was applied is taken back, and at the end what is applied is exactly what the
 * branch holds, in its order.
 */
class CursorMachineProperties {
  private static final int WINDOW = 8;

  enum Act {
    STEP,
    MINE,
    MINE_MANY,
    REORG,
    CRASH,
    FAIL,
    REFUSE
  }

  record Choice(Act act, int number) {}

  @Provide
  Arbitrary<List<Choice>> histories() {
    Arbitrary<Act> acts =
        Arbitraries.frequency(
            Tuple.of(40, Act.STEP),
            Tuple.of(8, Act.MINE),
            Tuple.of(1, Act.MINE_MANY),
            Tuple.of(4, Act.REORG),
            Tuple.of(3, Act.CRASH),
            Tuple.of(3, Act.FAIL),
            Tuple.of(2, Act.REFUSE));
    return Combinators.combine(acts, Arbitraries.integers().between(0, 1000))
        .as(Choice::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(250);
  }

  @Property(tries = 1500)
  void whatIsAppliedIsWhatTheBranchHolds(
      @ForAll("histories") List<Choice> history,
      @ForAll @IntRange(min = 0, max = 3) int confirmations,
      @ForAll boolean remembers) {
    Run run = new Run(confirmations, remembers);
    for (Choice choice : history) {
      run.act(choice);
    }
    run.settle();
  }

  /** The shell, the journal and the chain of one history. */
  private static final class Run {
    private final SimulatedBranch chain = new SimulatedBranch();
    private final List<EventLog> applied = new ArrayList<>();
    private final CursorMachine machine;
    private final int confirmations;
    private final boolean remembers;
    private CursorPosition onDisk = CursorPosition.start(0);
    private CursorMachine.State state;
    private CursorEffect effect = new CursorEffect.Rest();
    private long peak;

    Run(int confirmations, boolean remembers) {
      this.confirmations = confirmations;
      this.remembers = remembers;
      this.machine = new CursorMachine(confirmations, WINDOW, 16, 3);
      this.state = machine.begin(onDisk);
    }

    void act(Choice choice) {
      peak = Math.max(peak, chain.head());
      switch (choice.act()) {
        case STEP -> step();
        case MINE -> chain.mine(choice.number() % 3);
        case MINE_MANY -> {
          for (int i = 0; i < 30; i++) {
            chain.mine((choice.number() + i) % 3);
          }
        }
        case REORG -> {
          // Never deeper than what can be taken back; the new branch overtakes the old one.
          int depth = 1 + choice.number() % (WINDOW - 4);
          if (chain.head() - depth > peak - WINDOW) {
            chain.drop(depth);
            for (int i = 0; i <= choice.number() % (depth + 2); i++) {
              chain.mine((choice.number() + i) % 3);
            }
          }
        }
        case CRASH -> {
          state = machine.begin(onDisk);
          effect = new CursorEffect.Rest();
        }
        case FAIL -> feed(new CursorEvent.Failed());
        case REFUSE -> {
          if (effect instanceof CursorEffect.AskRange) {
            feed(new CursorEvent.RangeRefused());
          }
        }
      }
    }

    private void feed(CursorEvent event) {
      CursorMachine.Step step = machine.step(state, event);
      state = step.state();
      effect = step.effect();
      assertThat(effect).isNotInstanceOf(CursorEffect.Stop.class);
    }

    private void step() {
      feed(
          switch (effect) {
            case CursorEffect.Rest _ -> new CursorEvent.Poll();
            case CursorEffect.AskHead _ -> new CursorEvent.Head(chain.head());
            case CursorEffect.AskBlock(long number) -> new CursorEvent.Block(chain.block(number));
            case CursorEffect.AskLogs(var block) ->
                chain
                    .logs(block, remembers)
                    .<CursorEvent>map(CursorEvent.Logs::new)
                    .orElseGet(CursorEvent.Failed::new);
            case CursorEffect.AskRange(long first, long last) ->
                new CursorEvent.Logs(chain.range(first, last));
            case CursorEffect.Deliver(CursorPosition next, List<EventLog> logs) -> {
              assertThat(applied.stream().filter(logs::contains)).isEmpty();
              applied.addAll(logs);
              onDisk = next;
              yield new CursorEvent.Committed();
            }
            case CursorEffect.TakeBack(CursorPosition next, List<EventLog> logs) -> {
              for (EventLog log : logs) {
                assertThat(applied.removeLast()).isEqualTo(log);
              }
              onDisk = next;
              yield new CursorEvent.Committed();
            }
            case CursorEffect.Stop(String message) -> throw new AssertionError(message);
          });
    }

    void settle() {
      for (int i = 0; i < 2_000; i++) {
        step();
      }
      // Depth is counted from the head last seen: a head that sank since may leave it further on.
      long to = state.position().nextBlock() - 1;
      assertThat(to).isGreaterThanOrEqualTo(chain.head() - confirmations);
      assertThat(applied).isEqualTo(chain.range(0, to));
    }
  }
}

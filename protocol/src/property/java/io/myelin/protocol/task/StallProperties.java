package io.myelin.protocol.task;

import static io.myelin.protocol.task.TaskFixtures.TIMINGS;
import static io.myelin.protocol.task.TaskFixtures.terms;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** However a stream flows: when it is given up, and how often it was looked at until then. */
final class StallProperties {
  private static final long ACKED_AT_MILLIS = 1_000;

  @Property
  void aStreamIsGivenUpOneStallAfterItsLastChunkAndNeitherBeforeNorLater(
      @ForAll("gaps") List<Integer> gapsMillis) {
    List<Long> chunksAtMillis = new ArrayList<>();
    long givenUpAtMillis = ACKED_AT_MILLIS + TIMINGS.firstChunkMillis();
    long nextAtMillis = ACKED_AT_MILLIS;
    for (int gap : gapsMillis) {
      nextAtMillis += gap;
      if (nextAtMillis > givenUpAtMillis) {
        break;
      }
      chunksAtMillis.add(nextAtMillis);
      givenUpAtMillis = nextAtMillis + TIMINGS.stallMillis();
    }

    TaskDriver task = new TaskDriver(terms(1)).dispatched(1).acked(1);
    int looks = 0;
    long lookedAtMillis = ACKED_AT_MILLIS;
    while (task.state().primary().isPresent()) {
      lookedAtMillis = task.armed(DeadlineKind.STALL).atMillis();
      long now = lookedAtMillis;
      List<Long> here = chunksAtMillis.stream().filter(at -> at <= now).toList();
      task.passes(DeadlineKind.STALL, here.size(), here.isEmpty() ? 0 : here.getLast());
      looks++;
    }

    assertThat(lookedAtMillis).isEqualTo(givenUpAtMillis);
    assertThat(task.state().delivered().chunks()).isEqualTo(chunksAtMillis.size());
    long stalls = (givenUpAtMillis - ACKED_AT_MILLIS) / TIMINGS.stallMillis();
    assertThat(looks)
        .as("looks do not follow the tokens")
        .isLessThanOrEqualTo(2 + 2 * (int) stalls);
  }

  @Provide
  Arbitrary<List<Integer>> gaps() {
    Arbitrary<Integer> token = Arbitraries.integers().between(0, 5);
    Arbitrary<Integer> pause = Arbitraries.integers().between(0, 102);
    Arbitrary<Integer> wait = Arbitraries.integers().between(0, 360);
    return Arbitraries.frequencyOf(Tuple.of(20, token), Tuple.of(3, pause), Tuple.of(1, wait))
        .list()
        .ofMaxSize(120);
  }
}

package io.myelin.gateway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** The queue between sessions under random histories. */
final class FairQueueProperties {
  private static final int CAPACITY = 20;
  private static final int PER_SESSION = 8;

  private record Item(String session, int n) {}

  /** Each step: a session 0..4 that adds (0..4), an item that leaves (5..6), or a take (7..9). */
  @Property(tries = 500)
  void boundsOrderAndContentsHold(
      @ForAll @Size(max = 200) List<@IntRange(min = 0, max = 9) Integer> steps) {
    FairQueue<Item> queue = new FairQueue<>(CAPACITY, PER_SESSION);
    Map<String, Deque<Item>> model = new HashMap<>();
    int count = 0;
    for (int step : steps) {
      if (step < 5) {
        String session = "s" + step;
        Item item = new Item(session, count++);
        Deque<Item> waiting = model.computeIfAbsent(session, _ -> new ArrayDeque<>());
        Optional<FairQueue.Refusal> refusal = queue.refusal(session);
        assertThat(refusal.isPresent())
            .isEqualTo(waiting.size() >= PER_SESSION || size(model) >= CAPACITY);
        if (refusal.isEmpty()) {
          queue.add(session, item);
          waiting.addLast(item);
        }
      } else if (step < 7) {
        Optional<Item> some =
            model.values().stream().flatMap(Deque::stream).skip(step == 5 ? 0 : 2).findFirst();
        some.ifPresent(
            item -> {
              assertThat(queue.remove(item)).isTrue();
              assertThat(queue.remove(item)).isFalse();
              model.getOrDefault(item.session(), new ArrayDeque<>()).remove(item);
            });
      } else {
        Optional<Item> taken = queue.takeFirst(Optional::of);
        assertThat(taken.isPresent()).isEqualTo(size(model) > 0);
        taken.ifPresent(
            item ->
                assertThat(item)
                    .isEqualTo(model.getOrDefault(item.session(), new ArrayDeque<>()).pollFirst()));
      }
      assertThat(queue.size()).isEqualTo(size(model));
    }
  }

  /** However unequal the lines, whoever waits is served as often as anyone, give or take one. */
  @Property(tries = 200)
  void sessionsThatWaitAreServedInTurn(
      @ForAll @Size(min = 1, max = 5) List<@IntRange(min = 1, max = 8) Integer> lines) {
    FairQueue<Item> queue = new FairQueue<>(1_000, 1_000);
    for (int s = 0; s < lines.size(); s++) {
      for (int n = 0; n < lines.get(s); n++) {
        queue.add("s" + s, new Item("s" + s, n));
      }
    }
    int[] served = new int[lines.size()];
    for (Optional<Item> taken = queue.takeFirst(Optional::of);
        taken.isPresent();
        taken = queue.takeFirst(Optional::of)) {
      served[Integer.parseInt(taken.get().session().substring(1))]++;
      for (int a = 0; a < served.length; a++) {
        for (int b = 0; b < served.length; b++) {
          if (served[a] < lines.get(a)) {
            assertThat(served[b]).isLessThanOrEqualTo(served[a] + 1);
          }
        }
      }
    }
    assertThat(queue.size()).isZero();
  }

  /** A task that cannot be placed does not hold up other sessions, and keeps its place. */
  @Property(tries = 100)
  void whoCannotBeServedIsPassedOver(@ForAll @IntRange(min = 1, max = 5) int stuck) {
    FairQueue<Item> queue = new FairQueue<>(100, 100);
    for (int s = 0; s < 6; s++) {
      queue.add("s" + s, new Item("s" + s, 0));
    }
    List<Item> order = new ArrayList<>();
    Optional<Item> taken;
    do {
      taken =
          queue.takeFirst(
              item -> item.session().equals("s" + stuck) ? Optional.empty() : Optional.of(item));
      taken.ifPresent(order::add);
    } while (taken.isPresent());
    assertThat(order).hasSize(5);
    assertThat(queue.all()).containsExactly(new Item("s" + stuck, 0));
  }

  private static int size(Map<String, Deque<Item>> model) {
    return model.values().stream().mapToInt(Deque::size).sum();
  }
}

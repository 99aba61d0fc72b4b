package io.myelin.validator;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.protocol.ids.Address;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Who waits how long, and for whom there is room. */
final class WorkQueueTest {
  private final WorkQueue<String> queue = new WorkQueue<>();

  private static Address gateway(int number) {
    byte[] bytes = new byte[Address.LENGTH];
    bytes[0] = (byte) number;
    return Address.of(bytes);
  }

  private int fill(int gateway) {
    int taken = 0;
    while (queue.offer(gateway(gateway), gateway + "/" + taken)) {
      taken++;
    }
    return taken;
  }

  private List<String> drain() {
    List<String> all = new ArrayList<>();
    for (Optional<String> next = queue.poll(); next.isPresent(); next = queue.poll()) {
      all.add(next.get());
    }
    return all;
  }

  @Test
  void shouldLeaveRoomForOthersWhenOneGatewayShowsAllItHas() {
    assertThat(fill(1)).isEqualTo(WorkQueue.MOST_OF_A_GATEWAY);
    assertThat(queue.offer(gateway(2), "other")).isTrue();
    // Turns go round: the other waits for one, not for eight.
    assertThat(drain()).startsWith("1/0", "other", "1/1").hasSize(9);
    assertThat(fill(1)).isEqualTo(WorkQueue.MOST_OF_A_GATEWAY);
  }

  @Test
  void shouldKeepPlacesForVerdictsThatComeFirst() {
    int taken = 0;
    for (int gateway = 1; gateway <= 5; gateway++) {
      taken += fill(gateway);
    }
    assertThat(taken).isEqualTo(WorkQueue.MOST - WorkQueue.KEPT_FOR_VERDICTS);
    for (int i = 0; i < WorkQueue.KEPT_FOR_VERDICTS; i++) {
      assertThat(queue.offerForVerdict("verdict/" + i)).isTrue();
    }
    assertThat(queue.offerForVerdict("one more")).isFalse();
    assertThat(drain()).startsWith("verdict/0", "verdict/1").hasSize(WorkQueue.MOST);
  }

  @Test
  void shouldFreeAPlaceWithEachThatIsTaken() {
    assertThat(fill(1)).isEqualTo(WorkQueue.MOST_OF_A_GATEWAY);
    assertThat(queue.poll()).contains("1/0");
    assertThat(queue.offer(gateway(1), "next")).isTrue();
    assertThat(queue.offer(gateway(1), "and next")).isFalse();
    assertThat(new WorkQueue<String>().poll()).isEmpty();
  }
}

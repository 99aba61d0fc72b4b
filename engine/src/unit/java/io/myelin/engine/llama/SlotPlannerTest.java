package io.myelin.engine.llama;

import static io.myelin.engine.llama.SlotPlanner.NONE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.myelin.engine.llama.SlotPlanner.Plan;
import io.myelin.engine.llama.SlotPlanner.SlotState;
import java.util.List;
import org.junit.jupiter.api.Test;

class SlotPlannerTest {
  private static SlotState busy(int id, int cached, int common) {
    return new SlotState(id, true, cached, common, 9);
  }

  private static SlotState free(int id, int cached, int common, long usedAt) {
    return new SlotState(id, false, cached, common, usedAt);
  }

  private static Plan plan(SlotState... slots) {
    return SlotPlanner.plan(List.of(slots));
  }

  @Test
  void shouldTakeTheLowestFreeSlot() {
    assertThat(plan(busy(0, 9, 0), free(1, 0, 0, 0), free(2, 0, 0, 0)))
        .isEqualTo(new Plan(1, NONE, NONE, 0));
  }

  @Test
  void shouldReuseInPlace() {
    assertThat(plan(free(0, 100, 90, 1), free(1, 90, 90, 2))).isEqualTo(new Plan(0, NONE, 0, 90));
  }

  @Test
  void shouldCopyALongPrefixEvenFromARunningSequence() {
    assertThat(plan(busy(0, 200, 150), free(1, 0, 0, 0))).isEqualTo(new Plan(1, NONE, 0, 150));
  }

  @Test
  void shouldNotCopyAShortPrefix() {
    assertThat(plan(busy(0, 200, 31), free(1, 0, 0, 0))).isEqualTo(new Plan(1, NONE, NONE, 0));
    assertThat(plan(busy(0, 200, 50), free(1, 20, 20, 0))).isEqualTo(new Plan(1, NONE, 1, 20));
  }

  @Test
  void shouldMoveWhatWouldBeLostToTheOldestSlot() {
    assertThat(plan(free(0, 100, 0, 5), free(1, 80, 0, 3), free(2, 80, 0, 2), busy(3, 0, 0)))
        .isEqualTo(new Plan(0, 2, NONE, 0));
    assertThat(plan(free(0, 100, 0, 5), free(1, 80, 0, 7), free(2, 0, 0, 9)))
        .isEqualTo(new Plan(0, 2, NONE, 0));
  }

  @Test
  void shouldNeverOverwriteTheDonorOrSomethingNewer() {
    assertThat(plan(free(0, 100, 0, 5), free(1, 80, 60, 3))).isEqualTo(new Plan(0, NONE, 1, 60));
    assertThat(plan(free(0, 100, 0, 5), free(1, 80, 0, 7))).isEqualTo(new Plan(0, NONE, NONE, 0));
  }

  @Test
  void shouldNeedAFreeSlot() {
    assertThatThrownBy(() -> plan(busy(0, 1, 1)))
        .isInstanceOf(java.util.NoSuchElementException.class);
  }
}

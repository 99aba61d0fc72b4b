package io.myelin.engine.llama;

import java.util.List;

/**
 * Chooses where a new sequence goes and whose cache it starts from. A batch computes fastest when
 * the sequences in it stand side by side, so the lowest free slot is taken; what it still caches is
 * moved to the slot unused for longest if it is worth that.
 */
final class SlotPlanner {
  /** Fewer shared tokens are computed again rather than copied. */
  static final int WORTH_COPYING = 32;

  /** Stands for no slot. */
  static final int NONE = -1;

  private SlotPlanner() {}

  /**
   * A slot as the decision sees it.
   *
   * @param busy whether a job runs in it
   * @param cached tokens it holds
   * @param common how many of them the new sequence begins with and may reuse
   * @param usedAt when it was last used, any rising count
   */
  record SlotState(int id, boolean busy, int cached, int common, long usedAt) {}

  /**
   * What to do: first copy {@code target} to {@code keepIn}, then {@code donor} to {@code target},
   * then cut {@code target} to {@code reuse} tokens.
   *
   * @param keepIn slot that takes over what the target cached, or NONE
   * @param donor slot whose cache is reused (maybe the target itself), or NONE
   */
  record Plan(int target, int keepIn, int donor, int reuse) {}

  /** A plan; the states are in order of id and at least one is not busy. */
  static Plan plan(List<SlotState> slots) {
    SlotState target = slots.stream().filter(slot -> !slot.busy()).findFirst().orElseThrow();
    SlotState donor = target;
    for (SlotState slot : slots) {
      // A copy must save more than what standing in place already gives.
      if (slot.common() > donor.common() && slot.common() >= target.common() + WORTH_COPYING) {
        donor = slot;
      }
    }
    int lost = target.cached() - (donor.id() == target.id() ? target.common() : 0);
    return new Plan(
        target.id(),
        lost >= WORTH_COPYING ? keeper(slots, target, donor) : NONE,
        donor.common() > 0 ? donor.id() : NONE,
        donor.common());
  }

  private static int keeper(List<SlotState> slots, SlotState target, SlotState donor) {
    SlotState oldest = null;
    for (SlotState slot : slots) {
      boolean eligible = !slot.busy() && slot.id() != target.id() && slot.id() != donor.id();
      if (eligible && (oldest == null || worth(slot) < worth(oldest))) {
        oldest = slot;
      }
    }
    return oldest != null && worth(oldest) < worth(target) ? oldest.id() : NONE;
  }

  private static long worth(SlotState slot) {
    return slot.cached() == 0 ? Long.MIN_VALUE : slot.usedAt();
  }
}

package io.myelin.compute.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.v1.Offer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EngineSlotsTest {
  private final List<String> did = new ArrayList<>();
  private final EngineSlots slots = new EngineSlots(1, new DecodeSpeed(0));

  private TaskRun run(String name) {
    return new TaskRun() {
      @Override
      public Offer offer() {
        return Offer.getDefaultInstance();
      }

      @Override
      public void start() {
        did.add("start " + name);
      }

      @Override
      public void credit(long chunks) {}

      @Override
      public void cut() {}

      @Override
      public void stop() {
        did.add("stop " + name);
      }
    };
  }

  @Test
  void shouldRunBesideTheSlotsAndLeaveThemAsTheyAre() {
    TaskRun paid = run("paid");
    TaskRun round = run("round");
    slots.startBeside(round);
    assertThat(slots.free()).isTrue();
    assertThat(slots.running()).isZero();
    slots.start(paid);
    assertThat(slots.free()).isFalse();
    assertThat(did).containsExactly("start round", "start paid");

    // Its end makes no room, and is nobody's turn.
    TaskRun waits = run("waits");
    slots.start(waits);
    slots.released(round);
    assertThat(did).containsExactly("start round", "start paid");
    slots.released(paid);
    assertThat(did).containsExactly("start round", "start paid", "start waits");
  }

  @Test
  void shouldRunBesideFullSlots() {
    slots.start(run("paid"));
    slots.startBeside(run("round"));
    assertThat(did).containsExactly("start paid", "start round");
    assertThat(slots.running()).isEqualTo(1);
  }
}

package io.myelin.protocol.cognitive;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.reputation.NodeStage;
import io.myelin.protocol.reputation.StageMark;

/** What follows from an event. */
public sealed interface CognitiveEffect {

  /** A node is marked. */
  record Marked(Address node, NodeStage stage, StageMark mark) implements CognitiveEffect {}

  /**
   * The round waits, or waits again.
   *
   * @param dueAtSeconds when the stage is over; of no meaning at an end
   */
  record Awaits(CognitivePhase phase, long dueAtSeconds) implements CognitiveEffect {}

  /** A spare takes a part, and rests afterwards like the others. */
  record SpareCalled(Address node, CognitivePhase phase) implements CognitiveEffect {}
}

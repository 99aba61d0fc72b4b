package io.myelin.compute.round;

import io.myelin.protocol.cognitive.RoundNode.Step;
import io.myelin.protocol.cognitive.RoundView;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Salt;
import java.util.Optional;

/** What a node does of what it should do in a round: all of it, unless it is told to be faulty. */
@FunctionalInterface
public interface RoundConduct {
  /** As it should. */
  RoundConduct HONEST = (_, _, step, _) -> step;

  /** What other nodes revealed, for all to see. */
  @FunctionalInterface
  interface Revealed {
    /** The salt with which a node opened its precommit; empty while it has not. */
    Optional<Salt> saltOf(Address node);
  }

  /**
   * The next step.
   *
   * @param honest what it should do now
   */
  Step act(RoundView round, Address self, Step honest, Revealed revealed);
}

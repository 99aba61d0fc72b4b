package io.myelin.protocol.cognitive;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.v1.RoundContent.Kind;
import java.util.Optional;

/**
 * One piece of content that a round turns on.
 *
 * @param node who is to have made it
 * @param digest what the chain is bound to; zeros bind to nothing
 */
public record RoundPiece(Address node, Kind kind, Digest digest) {

  /** What is wrong with what was handed in for it, whatever the model says. */
  public Optional<String> misfit(RoundView round, RoundWork work) {
    if (!work.node().equals(node)) {
      return Optional.of("it is " + work.node() + "'s");
    }
    if (work.kind() != kind || !work.roundId().equals(round.id())) {
      return Optional.of("it is %s of round %s".formatted(work.kind(), work.roundId()));
    }
    // Fixed words are good for everything but a topic, which is made from nothing at all.
    return work.input().filter(input -> !round.inputOf(kind).equals(Optional.of(input))).isPresent()
        ? Optional.of("it was made from something else")
        : Optional.empty();
  }
}

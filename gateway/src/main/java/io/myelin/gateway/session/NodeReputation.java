package io.myelin.gateway.session;

import io.myelin.protocol.reputation.Reputation;
import io.myelin.protocol.reputation.ReputationWords;
import io.myelin.protocol.reputation.Suspension;
import java.util.Optional;

/**
 * How a node stands in draws of the newest validator set, as the chain says.
 *
 * @param set its number
 * @param timeSeconds when it was made: up to then the past is weighed
 * @param suspension the verdict that keeps the node out, if one does
 */
public record NodeReputation(
    long set, long timeSeconds, Reputation reputation, Optional<Suspension> suspension) {

  /** What it weighs where it is drawn. */
  public long weight() {
    return reputation.weight(timeSeconds);
  }

  /** Why, for people. */
  public String why() {
    return ReputationWords.why(reputation, timeSeconds, suspension);
  }
}

package io.myelin.protocol.nodetask;

/** What the node has to do, in the order given. */
public sealed interface NodeTaskEffect {

  /** Tell the gateway that the work is taken. */
  record SendAck(int attempt) implements NodeTaskEffect {}

  /** Tell the gateway that the work is not taken. */
  record SendRefuse(int attempt, Refusal refusal) implements NodeTaskEffect {}

  /** Start the engine on the offer. */
  record StartEngine(int attempt) implements NodeTaskEffect {}

  /** Stop the engine; what it still says of this attempt is ignored. */
  record StopEngine(int attempt) implements NodeTaskEffect {}

  /** Let the engine end its output where it is; that is then finished. */
  record CutEngine(int attempt) implements NodeTaskEffect {}

  /** Draw the salt, sign, and write commitment and evidence to disk. */
  record Seal(int attempt) implements NodeTaskEffect {}

  /** Send the precommit. */
  record SendPrecommit(int attempt) implements NodeTaskEffect {}

  /** Record on disk that the precommit was opened, and send the commit. */
  record SendCommit(int attempt, boolean withEvidence) implements NodeTaskEffect {}

  /** Tell the gateway that this attempt failed. */
  record SendError(int attempt, String code, String message, boolean retryElsewhere)
      implements NodeTaskEffect {}

  /** Delete what is kept on disk. */
  record Discard() implements NodeTaskEffect {}
}

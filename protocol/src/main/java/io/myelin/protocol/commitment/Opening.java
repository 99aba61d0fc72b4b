package io.myelin.protocol.commitment;

import io.myelin.protocol.crypto.Signers;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.FixedBytes;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.protocol.typeddata.TaskCommit;
import io.myelin.protocol.typeddata.TaskOffer;
import java.util.Optional;

/** Whether a revealed commitment opens the precommit, for the offer it answers. */
public sealed interface Opening {

  /** It opens: every check held. */
  record Opened(Commitment commitment) implements Opening {}

  /**
   * It does not.
   *
   * @param reason which check failed first
   * @param detail what was found and what was expected
   */
  record Refused(Reason reason, String detail) implements Opening {}

  /** Why a commitment is refused, in the order of the checks. */
  enum Reason {
    /** It speaks of another task. */
    WRONG_TASK,
    /** It speaks of another session. */
    WRONG_SESSION,
    /** It speaks for a node the offer did not go to. */
    WRONG_NODE,
    /** It answers an earlier or later offer. */
    WRONG_ATTEMPT,
    /** It answers other work. */
    WRONG_SPEC,
    /** Salt and statement do not hash to the precommit. */
    PRECOMMIT_MISMATCH,
    /** The node's key did not sign it. */
    WRONG_SIGNER,
    /** Its hash chain is not the one of the chunks that were delivered. */
    STREAM_MISMATCH,
    /** Its output digest is not that of the text that was delivered. */
    OUTPUT_MISMATCH
  }

  /** Checks a replica's commitment: nothing of its output was seen, so only its word is held. */
  static Opening check(
      Eip712Domain domain, TaskOffer offer, Digest precommit, Commitment commitment) {
    TaskCommit statement = commitment.statement();
    return differs(Reason.WRONG_TASK, statement.taskId(), offer.taskId())
        .or(() -> differs(Reason.WRONG_SESSION, statement.sessionId(), offer.sessionId()))
        .or(() -> differs(Reason.WRONG_NODE, statement.node(), offer.node()))
        .or(() -> attemptDiffers(statement, offer))
        .or(() -> differs(Reason.WRONG_SPEC, statement.specDigest(), offer.specDigest()))
        .or(() -> differs(Reason.PRECOMMIT_MISMATCH, commitment.precommit(), precommit))
        .or(() -> signerDiffers(domain, commitment))
        .orElseGet(() -> new Opened(commitment));
  }

  /** Checks the primary's commitment, against what it streamed as well. */
  static Opening checkPrimary(
      Eip712Domain domain,
      TaskOffer offer,
      Digest precommit,
      Commitment commitment,
      Digest deliveredHead,
      Digest deliveredOutput) {
    Opening opening = check(domain, offer, precommit, commitment);
    if (opening instanceof Refused) {
      return opening;
    }
    TaskCommit statement = commitment.statement();
    return differs(Reason.STREAM_MISMATCH, statement.streamHead(), deliveredHead)
        .or(() -> differs(Reason.OUTPUT_MISMATCH, statement.outputDigest(), deliveredOutput))
        .orElse(opening);
  }

  private static Optional<Opening> differs(Reason reason, FixedBytes found, FixedBytes expected) {
    return found.equals(expected)
        ? Optional.empty()
        : Optional.of(new Refused(reason, found + " (expected: " + expected + ")"));
  }

  private static Optional<Opening> attemptDiffers(TaskCommit statement, TaskOffer offer) {
    return statement.attempt() == offer.attempt()
        ? Optional.empty()
        : Optional.of(
            new Refused(
                Reason.WRONG_ATTEMPT,
                statement.attempt() + " (expected: " + offer.attempt() + ")"));
  }

  private static Optional<Opening> signerDiffers(Eip712Domain domain, Commitment commitment) {
    TaskCommit statement = commitment.statement();
    Optional<Address> signer = Signers.recover(domain.digest(statement), commitment.signature());
    return signer.filter(statement.node()::equals).isPresent()
        ? Optional.empty()
        : Optional.of(
            new Refused(
                Reason.WRONG_SIGNER,
                signer.map(Address::toString).orElse("no key")
                    + " (expected: "
                    + statement.node()
                    + ")"));
  }
}

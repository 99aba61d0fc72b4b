package io.myelin.committee.wire;

import io.grpc.Status;
import java.util.Optional;

/** Why a validator does not sign: the words in capitals before its status' description. */
public enum Reason {
  /** A field is missing, too long, or out of range. */
  MALFORMED(Status.Code.INVALID_ARGUMENT),
  /** The gateway, or the subnet's owner, did not sign what is asked for in its name. */
  REFUSED_ASKER(Status.Code.FAILED_PRECONDITION),
  /** The client did not sign the request. */
  REFUSED_REQUEST(Status.Code.FAILED_PRECONDITION),
  /** The nonce does not bind random, secret and set. */
  REFUSED_NONCE(Status.Code.FAILED_PRECONDITION),
  /** The validator set is not, or not any more, usable. */
  REFUSED_SET(Status.Code.FAILED_PRECONDITION),
  /** The subnet lacks the model, or the price version cannot be quoted. */
  REFUSED_PRICE(Status.Code.FAILED_PRECONDITION),
  /** The gateway is not ready or not admitted. */
  REFUSED_GATEWAY(Status.Code.FAILED_PRECONDITION),
  /** Expiry, budget, number of nodes, or terms that are not the chain's. */
  REFUSED_TERMS(Status.Code.FAILED_PRECONDITION),
  /** Candidates and absent nodes are not the pool as the chain has it. */
  REFUSED_CANDIDATES(Status.Code.FAILED_PRECONDITION),
  /** The nodes are not those drawn. */
  REFUSED_DRAW(Status.Code.FAILED_PRECONDITION),
  /** The batch is not the gateway's next, or its committee another set's. */
  REFUSED_BATCH(Status.Code.FAILED_PRECONDITION),
  /** The node does not wait for a verdict, or gave no sign of life for it. */
  REFUSED_NODE(Status.Code.FAILED_PRECONDITION),
  /** The task of the queue is not revealed, or deserves the other verdict. */
  REFUSED_TASK(Status.Code.FAILED_PRECONDITION),
  /** The subnet, the version or a model of the configuration is not right. */
  REFUSED_CONFIG(Status.Code.FAILED_PRECONDITION),
  /** The validator answers, the window is over, or who is asked is itself cut off. */
  REFUSED_ABSENCE(Status.Code.FAILED_PRECONDITION),
  /** The record does not prove that its node lied, or the node was judged by it before. */
  REFUSED_WORK(Status.Code.FAILED_PRECONDITION),
  /** The nodes, the word on answers or the content are not the cognitive round's. */
  REFUSED_ROUND(Status.Code.FAILED_PRECONDITION),
  /**
   * No appeal waits for a committee, the work deserves the other decision, or that nobody shows it
   * is not so, or not yet.
   */
  REFUSED_APPEAL(Status.Code.FAILED_PRECONDITION),
  /** The evidence does not prove that the accused signed something wrong. */
  REFUSED_FAULT(Status.Code.FAILED_PRECONDITION),
  /** The validator's owner also owns a node or the gateway that is judged. */
  REFUSED_INTEREST(Status.Code.FAILED_PRECONDITION),
  /** A session of the batch is not right. */
  REFUSED_SESSION(Status.Code.FAILED_PRECONDITION),
  /** A test told the validator to refuse. */
  REFUSED_BY_FAULT(Status.Code.FAILED_PRECONDITION),
  /** No verdict is sealed here for this subject and round, or not any more. */
  UNKNOWN_ROUND(Status.Code.FAILED_PRECONDITION),
  /** The seals shown are not those of a quorum of the committee. */
  TOO_FEW_SEALS(Status.Code.FAILED_PRECONDITION),
  /** This batch was not reviewed here with this digest. */
  REVIEW_FIRST(Status.Code.FAILED_PRECONDITION),
  /** The validator has no copy of the model, so that it finds nothing. */
  NOT_EQUIPPED(Status.Code.FAILED_PRECONDITION),
  /** The validator has no seat in the committee. */
  NOT_SEATED(Status.Code.FAILED_PRECONDITION),
  /** It has signed another content for this subject. */
  ALREADY_SIGNED_OTHER(Status.Code.FAILED_PRECONDITION),
  /** Too many reviews at once. */
  BUSY(Status.Code.RESOURCE_EXHAUSTED),
  /** More sessions, receipts or bytes than it takes. */
  TOO_LARGE(Status.Code.RESOURCE_EXHAUSTED),
  /** It cannot read the chain now. */
  CHAIN_UNAVAILABLE(Status.Code.UNAVAILABLE),
  /** It cannot write down what it would sign, so it does not. */
  STORE_UNAVAILABLE(Status.Code.UNAVAILABLE);

  private static final String SEPARATOR = ": ";

  private final Status.Code code;

  Reason(Status.Code code) {
    this.code = code;
  }

  /** The status that says so. */
  public Status status(String detail) {
    return code.toStatus().withDescription(text(detail));
  }

  /** The reason, then words for people. */
  public String text(String detail) {
    return name() + SEPARATOR + detail;
  }

  /**
   * Whether it is a verdict on what was asked, which no other member may see before it has given
   * its own. Any other reason says nothing about that.
   */
  public boolean isVerdict() {
    return (name().startsWith("REFUSED_") && this != REFUSED_ASKER && this != REFUSED_INTEREST)
        || this == ALREADY_SIGNED_OTHER;
  }

  /** Whether asking the same again may help. */
  public boolean passing() {
    return this == BUSY || this == CHAIN_UNAVAILABLE || this == STORE_UNAVAILABLE;
  }

  /** The reason that a text begins with; empty when it begins with none. */
  public static Optional<Reason> of(String text) {
    for (Reason reason : values()) {
      if (text.startsWith(reason.name() + SEPARATOR)) {
        return Optional.of(reason);
      }
    }
    return Optional.empty();
  }

  /** What follows the reason in a text. */
  public String detail(String text) {
    return text.substring(name().length() + SEPARATOR.length());
  }
}

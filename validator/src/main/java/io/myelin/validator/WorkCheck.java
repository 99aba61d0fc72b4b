package io.myelin.validator;

import io.myelin.committee.wire.Reason;
import io.myelin.contracts.NodePool;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.settlement.Subjects;
import io.myelin.protocol.typeddata.Attestation;
import io.myelin.protocol.typeddata.NodeVerdict;
import io.myelin.protocol.work.SignedWork;
import io.myelin.v1.WorkRecord;
import java.util.Set;

/** Whether a node is to lose its stake for one answer: this validator's own check says so. */
final class WorkCheck {
  private static final int SUSPENDED = 3;

  /** Less than an asker waits. */
  private static final int PATIENCE_SECONDS = 15;

  private final ChainView view;
  private final Seats seats;
  private final WorkDesk desk;

  WorkCheck(ChainView view, Seats seats, WorkDesk desk) {
    this.view = view;
    this.seats = seats;
    this.desk = desk;
  }

  /** Who decides; refuses where this validator does not. */
  Sitting sitting(SignedWork work) throws RefusedException {
    Address node = work.node();
    long set = view.network().validators().setVersion().on(view.client());
    Digest subject = Subjects.fraudSubject(node, work.digest());
    return seats.sit(
        subject,
        view.network().validators().committeeFor(subject, set, Address.ZERO).on(view.client()),
        Set.of(view.network().nodes().nodeOf(node).on(view.client()).owner()));
  }

  /** What to sign. */
  Attestation check(SignedWork work) throws RefusedException {
    NodePool.Node node = view.network().nodes().nodeOf(work.node()).on(view.client());
    // One fault, found in many answers, costs what it costs once.
    if (node.owner().equals(Address.ZERO) || node.standing() == SUSPENDED) {
      throw refused(
          "standing %d (expected: a node that is known, and not suspended)"
              .formatted(node.standing()));
    }
    desk.terms().require(work);
    if (desk.terms().isJudged(work.node(), work.digest())) {
      throw refused(work.node() + " was judged by " + work.digest() + " before");
    }
    Examined found = desk.judge(work, PATIENCE_SECONDS);
    if (!found.isLie()) {
      throw refused("found here: " + found.detail());
    }
    return attestation(work);
  }

  /** What would be signed, unread. */
  static Attestation unread(SignedWork work) {
    return attestation(work);
  }

  /** What is to be judged, with the signatures that make it somebody's. */
  SignedWork work(WorkRecord record) throws RefusedException {
    try {
      return SignedWork.of(record, view.network().domain());
    } catch (IllegalArgumentException e) {
      throw refused(String.valueOf(e.getMessage()));
    }
  }

  private static Attestation attestation(SignedWork work) {
    return Attestation.of(
        Subjects.fraudSubject(work.node(), work.digest()),
        new NodeVerdict(work.node(), 0, NodeVerdict.FRAUD, work.digest()));
  }

  private static RefusedException refused(String detail) {
    return new RefusedException(Reason.REFUSED_WORK, detail);
  }
}

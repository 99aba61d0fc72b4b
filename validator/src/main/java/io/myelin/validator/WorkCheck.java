package io.myelin.validator;

import io.myelin.committee.wire.Reason;
import io.myelin.contracts.NodePool;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.settlement.Subjects;
import io.myelin.protocol.typeddata.Attestation;
import io.myelin.protocol.typeddata.NodeVerdict;
import io.myelin.protocol.work.Charge;
import io.myelin.protocol.work.SignedWork;
import io.myelin.v1.WorkRecord;
import java.util.List;
import java.util.Set;

/**
 * Whether a node is to lose its stake for one answer, or for a run of measured ones: this
 * validator's own check says so.
 */
final class WorkCheck {
  private static final int SUSPENDED = 3;

  /** Less than an asker waits. */
  private static final int PATIENCE_SECONDS = 15;

  private final ChainView view;
  private final Seats seats;
  private final WorkDesk desk;
  private final RunCheck runs;

  WorkCheck(ChainView view, Seats seats, WorkDesk desk) {
    this.view = view;
    this.seats = seats;
    this.desk = desk;
    this.runs = new RunCheck(desk);
  }

  /** Who decides; refuses where this validator does not. */
  Sitting sitting(Charge charge) throws RefusedException {
    Address node = charge.node();
    long set = view.network().validators().setVersion().on(view.client());
    Digest subject = Subjects.fraudSubject(node, charge.digest());
    return seats.sit(
        subject,
        view.network().validators().committeeFor(subject, set, Address.ZERO).on(view.client()),
        Set.of(view.network().nodes().nodeOf(node).on(view.client()).owner()));
  }

  /** What to sign. */
  Attestation check(Charge charge) throws RefusedException {
    NodePool.Node node = view.network().nodes().nodeOf(charge.node()).on(view.client());
    // One fault, found in many answers, costs what it costs once.
    if (node.owner().equals(Address.ZERO) || node.standing() == SUSPENDED) {
      throw refused(
          "standing %d (expected: a node that is known, and not suspended)"
              .formatted(node.standing()));
    }
    for (SignedWork work : charge.works()) {
      desk.terms().require(work);
    }
    if (desk.terms().isJudged(charge.node(), charge.digest())) {
      throw refused(charge.node() + " was judged by " + charge.digest() + " before");
    }
    if (charge.isRun()) {
      checkRun(charge);
    } else {
      Examined found = desk.judge(charge.works().getFirst(), PATIENCE_SECONDS);
      if (!found.isLie()) {
        throw refused("found here: " + found.detail());
      }
    }
    return attestation(charge);
  }

  private void checkRun(Charge charge) throws RefusedException {
    switch (runs.find(charge, PATIENCE_SECONDS)) {
      case RunCheck.Found.Honest(String detail) -> throw refused("found here: " + detail);
      case RunCheck.Found.Undecided(String detail) -> throw refused("found here: " + detail);
      case RunCheck.Found.Condemned(String detail, boolean isLie) -> {
        if (!isLie) {
          runs.requireOwnHistory(charge);
        }
        desk.keepRun(charge, detail);
      }
    }
  }

  /** What would be signed, unread. */
  static Attestation unread(Charge charge) {
    return attestation(charge);
  }

  /** What is to be judged, with the signatures that make it somebody's. */
  Charge charge(WorkRecord record, List<WorkRecord> others) throws RefusedException {
    try {
      if (others.size() >= Charge.MOST_WORKS) {
        throw refused(
            "%d answers (expected: at most %d)".formatted(others.size() + 1, Charge.MOST_WORKS));
      }
      return Charge.of(record, others, view.network().domain());
    } catch (IllegalArgumentException e) {
      throw refused(String.valueOf(e.getMessage()));
    }
  }

  private static Attestation attestation(Charge charge) {
    return Attestation.of(
        Subjects.fraudSubject(charge.node(), charge.digest()),
        new NodeVerdict(charge.node(), 0, NodeVerdict.FRAUD, charge.digest()));
  }

  private static RefusedException refused(String detail) {
    return new RefusedException(Reason.REFUSED_WORK, detail);
  }
}

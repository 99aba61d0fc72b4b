package io.myelin.validator;

import com.google.protobuf.ByteString;
import io.myelin.committee.proposal.ExtensionProposal;
import io.myelin.committee.wire.Reason;
import io.myelin.contracts.NodePool;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.contracts.terms.TermsEvent;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.settlement.Approvals;
import io.myelin.protocol.settlement.Interests;
import io.myelin.protocol.settlement.PaidSeat;
import io.myelin.protocol.settlement.SessionBrief;
import io.myelin.protocol.settlement.Subjects;
import io.myelin.protocol.typeddata.Attestation;
import io.myelin.protocol.typeddata.SessionApproval;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Whether a session may get more nodes. */
final class ExtensionCheck {
  private final ChainView view;
  private final Seats seats;
  private final NodePoolView pool;

  ExtensionCheck(ChainView view, Seats seats, NodePoolView pool) {
    this.view = view;
    this.seats = seats;
    this.pool = pool;
  }

  /** Who decides, by the seed of the session's terms; refuses where this validator does not. */
  Sitting sitting(ExtensionProposal proposal) throws RefusedException {
    return seats.sit(
        subject(proposal),
        view.network()
            .validators()
            .committee(proposal.tail().seed(), proposal.tail().validatorSet())
            .on(view.client()),
        interested(proposal));
  }

  /** Who earns by the session, and who would besides. */
  private Set<Address> interested(ExtensionProposal proposal) {
    Set<Address> interested = new HashSet<>(Interests.owners(proposal.brief()));
    view.network()
        .nodes()
        .seatsOf(proposal.added())
        .on(view.client())
        .forEach(seat -> interested.add(seat.payee()));
    return interested;
  }

  /** What to sign. */
  Attestation check(ExtensionProposal proposal, ByteString asker) throws RefusedException {
    NetworkContracts network = view.network();
    SessionBrief brief = proposal.brief();
    if (!proposal.tail().digest().equals(brief.tailDigest())) {
      throw refused("the tail is not the one that the terms hold");
    }
    if (!network.payment().isActive(ChainTerms.forPayment(brief)).on(view.client())) {
      throw refused("these are not the terms of an active session");
    }
    if (brief.head().expiresAtSeconds() <= view.nowSeconds()) {
      throw refused("the session expired at " + brief.head().expiresAtSeconds() + " s");
    }
    SessionApproval approval = approval(proposal);
    Asker.require(network.domain(), brief.head().gateway(), approval, asker);
    requireHistory(proposal);
    DrawCheck.pool(
        proposal.pool(), pool.free(), pool.records(proposal.tail().validatorSet()), owners(brief));
    DrawCheck.draw(proposal.tail().seed(), proposal.purpose(), proposal.pool(), proposal.added());
    return attestation(proposal, approval);
  }

  /** What would be signed, unread. */
  Attestation unread(ExtensionProposal proposal) throws RefusedException {
    return attestation(proposal, approval(proposal));
  }

  private static Attestation attestation(ExtensionProposal proposal, SessionApproval approval) {
    return Attestation.of(subject(proposal), approval);
  }

  private static Digest subject(ExtensionProposal proposal) {
    SessionBrief before = proposal.brief();
    return Subjects.extensionSubject(before.sessionId(), before.seats().size());
  }

  private SessionApproval approval(ExtensionProposal proposal) throws RefusedException {
    SessionBrief before = proposal.brief();
    int count = before.seats().size() + proposal.added().size();
    if (proposal.added().isEmpty() || count > SessionBrief.MAX_SEATS) {
      throw refused(
          "%d nodes come, %d seats in all (expected: at least 1, at most %d)"
              .formatted(proposal.added().size(), count, SessionBrief.MAX_SEATS));
    }
    List<PaidSeat> next = new ArrayList<>(before.seats());
    for (NodePool.Seat seat : view.network().nodes().seatsOf(proposal.added()).on(view.client())) {
      next.add(new PaidSeat(seat.node(), seat.payee()));
    }
    SessionBrief after =
        new SessionBrief(before.sessionId(), before.head(), next, before.tailDigest());
    return Approvals.of(after, proposal.tail(), proposal.added());
  }

  /**
   * The number of the draw follows from the extensions before it, so that a gateway cannot try
   * numbers until it likes the draw; and no more nodes come than were lost.
   */
  private void requireHistory(ExtensionProposal proposal) throws RefusedException {
    SessionBrief brief = proposal.brief();
    Set<Address> lost = new HashSet<>(proposal.lost());
    for (Address node : lost) {
      if (brief.seatOf(node) < 0) {
        throw refused("the lost node " + node + " has no seat in the session");
      }
    }
    int first = 0;
    int extensions = 0;
    for (TermsEvent event : view.history(brief.sessionId())) {
      switch (event) {
        case TermsEvent.Opened opened -> first = opened.brief().seats().size();
        case TermsEvent.Extended _ -> extensions++;
        case TermsEvent.Settled _, TermsEvent.Corrected _ -> {}
      }
    }
    if (proposal.draw() != extensions + 1) {
      throw new RefusedException(
          Reason.REFUSED_DRAW,
          "draw %d (expected: %d, after %d extensions)"
              .formatted(proposal.draw(), extensions + 1, extensions));
    }
    int alive = brief.seats().size() - lost.size() + proposal.added().size();
    if (alive > first) {
      throw refused(
          "%d nodes would be left (expected: at most %d, as it was opened with)"
              .formatted(alive, first));
    }
  }

  private Set<Address> owners(SessionBrief brief) {
    Set<Address> owners = new HashSet<>();
    for (PaidSeat seat : brief.seats()) {
      owners.add(view.network().nodes().nodeOf(seat.node()).on(view.client()).owner());
    }
    return owners;
  }

  private static RefusedException refused(String detail) {
    return new RefusedException(Reason.REFUSED_TERMS, detail);
  }
}

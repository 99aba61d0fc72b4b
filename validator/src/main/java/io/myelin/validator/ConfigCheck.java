package io.myelin.validator;

import io.myelin.committee.proposal.ConfigProposal;
import io.myelin.committee.wire.ConfigCodec;
import io.myelin.committee.wire.Reason;
import io.myelin.contracts.SubnetRegistry;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.settlement.Subjects;
import io.myelin.protocol.typeddata.Attestation;
import io.myelin.v1.ConfigureSubnetRequest;

/** Whether a subnet may list these models: its owner asks, it is the next version, all fit. */
final class ConfigCheck {
  private final ChainView view;
  private final Seats seats;

  ConfigCheck(ChainView view, Seats seats) {
    this.view = view;
    this.seats = seats;
  }

  /** Who decides; refuses where this validator does not. */
  Sitting sitting(ConfigureSubnetRequest request) throws RefusedException {
    ConfigProposal proposal = wellFormed(request);
    Digest subject = Subjects.configSubject(proposal.subnetId(), proposal.version());
    long set = view.network().validators().setVersion().on(view.client());
    return seats.sit(
        subject,
        view.network().validators().committeeFor(subject, set, Address.ZERO).on(view.client()));
  }

  /** What to sign. */
  Attestation check(ConfigureSubnetRequest request) throws RefusedException {
    ConfigProposal proposal = wellFormed(request);
    SubnetRegistry.SubnetsAnswer subnet =
        view.network().subnets().subnets(proposal.subnetId()).on(view.client());
    if (subnet.owner().isZero()) {
      throw refused(
          "subnet "
              + proposal.subnetId()
              + " does not exist (expected: one that was created, its fee paid)");
    }
    if (proposal.version() != subnet.version() + 1) {
      throw refused(
          "version %d (expected: %d, the next)"
              .formatted(proposal.version(), subnet.version() + 1));
    }
    Asker.require(
        view.network().domain(), subnet.owner(), proposal.wanted(), request.getOwnerSignature());
    return unread(proposal);
  }

  private static ConfigProposal wellFormed(ConfigureSubnetRequest request) throws RefusedException {
    try {
      return ConfigCodec.proposal(request);
    } catch (IllegalArgumentException e) {
      throw refused(String.valueOf(e.getMessage()));
    }
  }

  /** What would be signed, unread. */
  static Attestation unread(ConfigProposal proposal) {
    return Attestation.of(
        Subjects.configSubject(proposal.subnetId(), proposal.version()), proposal.wanted());
  }

  private static RefusedException refused(String detail) {
    return new RefusedException(Reason.REFUSED_CONFIG, detail);
  }
}

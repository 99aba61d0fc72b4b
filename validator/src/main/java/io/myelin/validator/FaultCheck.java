package io.myelin.validator;

import io.myelin.chain.RevertedException;
import io.myelin.committee.wire.FaultCodec;
import io.myelin.committee.wire.Fields;
import io.myelin.committee.wire.Reason;
import io.myelin.contracts.SubnetRegistry;
import io.myelin.contracts.ValidatorRegistry;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.crypto.Signers;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.settlement.FaultEvidence;
import io.myelin.protocol.settlement.SessionTail;
import io.myelin.protocol.settlement.Subjects;
import io.myelin.protocol.typeddata.Attestation;
import io.myelin.protocol.typeddata.FaultVerdict;
import io.myelin.v1.JudgeFaultRequest;
import java.util.Optional;

/** Whether an accused validator signed something that is provably wrong. */
final class FaultCheck {
  private final ChainView view;
  private final Seats seats;

  FaultCheck(ChainView view, Seats seats) {
    this.view = view;
    this.seats = seats;
  }

  /** Who decides: the committee of the set that judges the open case, without the accused. */
  Sitting sitting(JudgeFaultRequest request) throws RefusedException {
    Address accused = Fields.address("validator", request.getValidator());
    ValidatorRegistry registry = view.network().validators();
    long set = registry.cases(accused).on(view.client()).judgedBy();
    if (set == 0 || set > registry.setVersion().on(view.client())) {
      throw refused("the case against " + accused + " is not open, or its set is not made yet");
    }
    Digest subject = Subjects.faultSubject(accused, request.getCaseRound());
    return seats.sit(subject, registry.committeeFor(subject, set, accused).on(view.client()));
  }

  /** What to sign. */
  Attestation check(JudgeFaultRequest request) throws RefusedException {
    Address accused = Fields.address("validator", request.getValidator());
    ValidatorRegistry registry = view.network().validators();
    ValidatorRegistry.CasesAnswer open = registry.cases(accused).on(view.client());
    long round = registry.validatorOf(accused).on(view.client()).round();
    if (open.judged() || round != request.getCaseRound()) {
      throw refused(
          "case %d against %s (expected: %d, not judged yet)"
              .formatted(request.getCaseRound(), accused, round));
    }
    FaultEvidence evidence = FaultCodec.evidence(request);
    requireSigned(request, evidence, accused);
    Optional<String> wrong = evidence.wrong(accused);
    if (wrong.isEmpty() && evidence instanceof FaultEvidence.Opening opening) {
      wrong = wrongPrice(opening);
    }
    if (wrong.isEmpty()) {
      throw refused("nothing is wrong in itself with what " + accused + " signed");
    }
    return unread(request);
  }

  private void requireSigned(JudgeFaultRequest request, FaultEvidence evidence, Address accused)
      throws RefusedException {
    Digest digest = view.network().domain().digest(evidence.attestation());
    Signature signature = Fields.signature("signature", request.getSignature());
    Optional<Address> signer = Signers.recover(digest, signature);
    Address owner =
        signer.isEmpty()
            ? Address.ZERO
            : view.network().validators().ownerOf(signer.get()).on(view.client());
    if (!owner.equals(accused)) {
      throw refused("it is signed by a key of " + owner + " (expected: " + accused + ")");
    }
  }

  /** Old prices are never forgotten; a version that there never was has none. */
  private Optional<String> wrongPrice(FaultEvidence.Opening opening) throws RefusedException {
    SessionTail tail = opening.tail();
    try {
      SubnetRegistry.Price price =
          view.network()
              .subnets()
              .priceOf(tail.subnetId(), tail.modelId(), tail.priceVersion())
              .on(view.client());
      return opening.wrongPrice(price.inputWei(), price.outputWei());
    } catch (RevertedException e) {
      throw refused("the price cannot be read: " + view.reason(e).text());
    }
  }

  /** What would be signed, unread. */
  static Attestation unread(JudgeFaultRequest request) {
    Address accused = Fields.address("validator", request.getValidator());
    long round = request.getCaseRound();
    return Attestation.of(
        Subjects.faultSubject(accused, round),
        new FaultVerdict(
            accused,
            round,
            FaultVerdict.APPROVED_INVALID_RESULT,
            FaultCodec.evidence(request).attestation().hashStruct()));
  }

  private static RefusedException refused(String detail) {
    return new RefusedException(Reason.REFUSED_FAULT, detail);
  }
}

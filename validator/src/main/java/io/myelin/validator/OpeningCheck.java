package io.myelin.validator;

import com.google.protobuf.ByteString;
import io.myelin.chain.Bytes;
import io.myelin.chain.RevertReason;
import io.myelin.chain.RevertedException;
import io.myelin.committee.proposal.OpeningProposal;
import io.myelin.committee.wire.Reason;
import io.myelin.contracts.InferencePayment;
import io.myelin.contracts.Session;
import io.myelin.contracts.SubnetRegistry;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.contracts.terms.Param;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.crypto.Signers;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.selection.NodeSelection;
import io.myelin.protocol.selection.SelectionSeed;
import io.myelin.protocol.settlement.Approvals;
import io.myelin.protocol.settlement.Interests;
import io.myelin.protocol.settlement.SessionBrief;
import io.myelin.protocol.settlement.SessionNonce;
import io.myelin.protocol.settlement.SessionSeed;
import io.myelin.protocol.settlement.SessionTail;
import io.myelin.protocol.settlement.Subjects;
import io.myelin.protocol.typeddata.Attestation;
import io.myelin.protocol.typeddata.EntryPledge;
import io.myelin.protocol.typeddata.SessionApproval;
import io.myelin.protocol.typeddata.SessionRequest;
import io.myelin.protocol.work.VerificationLevel;
import java.util.Set;

/** Whether a session may open; the price and the terms are the contracts' own answers. */
final class OpeningCheck {
  private static final int NONE = 0;

  private final ChainView view;
  private final Seats seats;
  private final NodePoolView pool;

  OpeningCheck(ChainView view, Seats seats, NodePoolView pool) {
    this.view = view;
    this.seats = seats;
    this.pool = pool;
  }

  /** Who decides, by the seed of what is asked; refuses where this validator does not. */
  Sitting sitting(OpeningProposal proposal) throws RefusedException {
    ChainTerms.OpeningTerms terms = proposal.terms();
    SessionRequest request = terms.request();
    NetworkContracts network = view.network();
    Digest seed = SessionSeed.of(request.nonce(), terms.gatewaySecret()).value();
    SessionId id = SessionId.of(network.domain().digest(request).bytes());
    return seats.sit(
        Subjects.openingSubject(id, request.gateway(), proposal.opening()),
        network.validators().committee(seed, terms.validatorSet()).on(view.client()),
        interested(proposal));
  }

  /** Who would earn by the session: of the gateway and of its nodes. */
  private Set<Address> interested(OpeningProposal proposal) {
    try {
      return Interests.owners(
          ChainTerms.brief(proposal.termsOn(view.network().sessions(), view.client()).brief()));
    } catch (RevertedException e) {
      // The check says why there are no such terms.
      return Set.of();
    }
  }

  /** What to sign. */
  Attestation check(OpeningProposal proposal, ByteString asker) throws RefusedException {
    ChainTerms.OpeningTerms terms = proposal.terms();
    SessionRequest request = terms.request();
    NetworkContracts network = view.network();
    requireSigned(request, terms.clientSignature());
    requireEntry(proposal);
    Digest plain =
        SessionNonce.of(
            terms.clientRandom(),
            SelectionSeed.commitmentTo(terms.gatewaySecret()),
            terms.validatorSet());
    Digest nonce =
        request.gateway().equals(Address.ZERO)
            ? SessionNonce.forAny(plain, terms.subnetId(), terms.maxTasks())
            : plain;
    if (!nonce.equals(request.nonce())) {
      throw new RefusedException(
          Reason.REFUSED_NONCE,
          "nonce %s (expected: %s, of this random, secret and set; for any gateway of this subnet)"
              .formatted(request.nonce(), nonce));
    }
    if (!network.validators().isUsable(terms.validatorSet()).on(view.client())) {
      throw new RefusedException(
          Reason.REFUSED_SET,
          "set %d (expected: %d, the newest)"
              .formatted(
                  terms.validatorSet(), network.validators().setVersion().on(view.client())));
    }
    Digest seed = SessionSeed.of(nonce, terms.gatewaySecret()).value();
    SessionApproval approval = approval(proposal);
    Attestation attestation = attestation(proposal, approval);
    if (!request.gateway().equals(network.addresses().queue())) {
      Asker.require(network.domain(), proposal.opening(), approval, asker);
    }
    requireExpiry(request);
    requireWitnesses(request);
    requireUnopened(Subjects.openingSubject(approval.sessionId()));
    DrawCheck.pool(proposal.pool(), pool.free(), pool.records(terms.validatorSet()), Set.of());
    DrawCheck.draw(seed, NodeSelection.SESSION_NODES, proposal.pool(), terms.nodes());
    return attestation;
  }

  /** What would be signed, unread. */
  Attestation unread(OpeningProposal proposal) throws RefusedException {
    return attestation(proposal, approval(proposal));
  }

  private static Attestation attestation(OpeningProposal proposal, SessionApproval approval) {
    return Attestation.of(
        Subjects.openingSubject(
            approval.sessionId(), proposal.terms().request().gateway(), proposal.opening()),
        approval);
  }

  /**
   * A request to any gateway has its second contribution to the seed from a gateway that stands for
   * it, once: else a client that knows the secret could try nonces until it likes the draw.
   */
  private void requireEntry(OpeningProposal proposal) throws RefusedException {
    ChainTerms.OpeningTerms terms = proposal.terms();
    boolean any = terms.request().gateway().equals(Address.ZERO);
    if (any != proposal.entry().isPresent()) {
      throw new RefusedException(
          Reason.REFUSED_TERMS,
          any
              ? "the request names no gateway, and no entry gateway's pledge is shown"
              : "an entry gateway's pledge for a request that names its gateway");
    }
    if (proposal.entry().isEmpty()) {
      return;
    }
    OpeningProposal.Entry entry = proposal.entry().get();
    NetworkContracts network = view.network();
    SessionId id = SessionId.of(network.domain().digest(terms.request()).bytes());
    EntryPledge pledge = new EntryPledge(id, terms.gatewaySecret(), entry.validUntilMillis());
    if (!Signers.signedBy(entry.gateway(), network.domain().digest(pledge), entry.signature())) {
      throw new RefusedException(
          Reason.REFUSED_NONCE,
          "the pledge for this session and secret is not signed by " + entry.gateway());
    }
    if (entry.validUntilMillis() / 1_000 <= view.nowSeconds()) {
      throw new RefusedException(
          Reason.REFUSED_TERMS,
          "the entry gateway's pledge was valid until %d s (expected: after %d)"
              .formatted(entry.validUntilMillis() / 1_000, view.nowSeconds()));
    }
    boolean stands =
        network.subnets().admitted(terms.subnetId(), entry.gateway()).on(view.client())
            && network.subnets().isReady(entry.gateway()).on(view.client());
    if (!stands) {
      throw new RefusedException(
          Reason.REFUSED_GATEWAY,
          "%s, who took the request in, is no gateway of subnet %s now"
              .formatted(entry.gateway(), terms.subnetId()));
    }
  }

  /** By the terms that the contract answers. */
  private SessionApproval approval(OpeningProposal proposal) throws RefusedException {
    Session.TermsOfAnswer answer;
    try {
      answer = proposal.termsOn(view.network().sessions(), view.client());
    } catch (RevertedException e) {
      RevertReason why = view.reason(e);
      throw new RefusedException(reason(why), why.text());
    }
    SessionBrief brief = ChainTerms.brief(answer.brief());
    SessionTail tail = ChainTerms.tail(answer.tail());
    return Approvals.of(brief, tail, proposal.terms().nodes());
  }

  private static Reason reason(RevertReason why) {
    if (SubnetRegistry.UnknownModelError.TYPE.matches(why)
        || SubnetRegistry.PriceNotQuotableError.TYPE.matches(why)) {
      return Reason.REFUSED_PRICE;
    }
    if (SubnetRegistry.GatewayNotReadyError.TYPE.matches(why)) {
      return Reason.REFUSED_GATEWAY;
    }
    return Session.BadNonceError.TYPE.matches(why) ? Reason.REFUSED_NONCE : Reason.REFUSED_TERMS;
  }

  private void requireSigned(SessionRequest request, Bytes signature) throws RefusedException {
    Digest digest = view.network().domain().digest(request);
    boolean signed;
    try {
      signed = Signers.signedBy(request.client(), digest, Signature.of(signature.toArray()));
    } catch (IllegalArgumentException e) {
      throw new RefusedException(Reason.REFUSED_REQUEST, String.valueOf(e.getMessage()));
    }
    if (!signed) {
      throw new RefusedException(
          Reason.REFUSED_REQUEST, "not signed by its client, " + request.client());
    }
  }

  private void requireExpiry(SessionRequest request) throws RefusedException {
    long now = view.nowSeconds();
    long latest = now + view.seconds(Param.MAX_SESSION_SECONDS);
    long expiresAt = request.expiryMillis() / 1_000;
    if (expiresAt <= now || expiresAt > latest) {
      throw new RefusedException(
          Reason.REFUSED_TERMS,
          "expires at %d s (expected: after %d, at most %d)".formatted(expiresAt, now, latest));
    }
  }

  /** A level that compares nodes needs some. */
  private static void requireWitnesses(SessionRequest request) throws RefusedException {
    int least =
        VerificationLevel.of(request.verification()).map(VerificationLevel::leastNodes).orElse(1);
    if (request.redundancy() < least) {
      throw new RefusedException(
          Reason.REFUSED_TERMS,
          "redundancy %d (expected: at least %d at verification level %d)"
              .formatted(request.redundancy(), least, request.verification()));
    }
  }

  private void requireUnopened(Digest sessionId) throws RefusedException {
    InferencePayment.RecordOfAnswer record =
        view.network().payment().recordOf(sessionId).on(view.client());
    if (record.phase() != NONE) {
      throw new RefusedException(
          Reason.REFUSED_TERMS, "session " + sessionId + " was opened before");
    }
  }
}

package io.myelin.validator;

import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import io.myelin.committee.wire.Fields;
import io.myelin.committee.wire.Reason;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.settlement.Interests;
import io.myelin.protocol.settlement.SettlementClaim;
import io.myelin.protocol.settlement.Subjects;
import io.myelin.protocol.typeddata.Attestation;
import io.myelin.protocol.typeddata.BatchSettlement;
import io.myelin.v1.AttestRequest;
import io.myelin.v1.BatchPart;
import io.myelin.v1.Sealed;
import io.myelin.v1.Signed;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

/** Batches of settlements: each is reviewed first, and signed once a quorum found it right. */
final class BatchReviews {
  /** Time for which a committee's set must still count, so that its word can be sent. */
  private static final long MARGIN_SECONDS = 60;

  private final ChainView view;
  private final OperatorKey key;
  private final Signer signer;
  private final Sealing sealing;
  private final Answering answering;
  private final ValidatorFault fault;
  private final ValidatorConfig.Limits limits;
  private final Seats seats;
  private final BatchCheck batches;
  private final WorkDesk desk;
  private final Reviewed reviewed = new Reviewed();
  private final Semaphore reviewing;

  BatchReviews(
      ChainView view,
      OperatorKey key,
      Signer signer,
      Sealing sealing,
      Answering answering,
      ValidatorConfig config,
      Seats seats,
      WorkDesk desk) {
    this.view = view;
    this.key = key;
    this.signer = signer;
    this.sealing = sealing;
    this.answering = answering;
    this.fault = config.fault();
    this.limits = config.limits();
    this.seats = seats;
    this.batches = new BatchCheck(view, seats);
    this.desk = desk;
    this.reviewing = new Semaphore(limits.reviews());
  }

  /** Signs a batch that was found right here. */
  Signed attest(AttestRequest request) throws RefusedException {
    Attestation attestation =
        fault.isUnreviewed() ? attestation(batch(request)) : reviewed(request);
    return Signed.newBuilder()
        .setOperator(Fields.bytes(key.address()))
        .setSignature(ByteString.copyFrom(answering.signed("attest", attestation).bytes()))
        .build();
  }

  private Attestation reviewed(AttestRequest request) throws RefusedException {
    Reviewed.Batch batch =
        new Reviewed.Batch(
            Fields.address("gateway", request.getGateway()),
            Fields.number("batch", request.getBatch()),
            Fields.number("set", request.getSet()),
            Fields.digest("settlements_digest", request.getSettlementsDigest()));
    Optional<Reviewed.Right> right = reviewed.find(batch, System.nanoTime());
    if (right.isEmpty()) {
      throw new RefusedException(
          Reason.REVIEW_FIRST, "not reviewed here with digest " + batch.digest() + ", or long ago");
    }
    BatchSettlement wanted = batch(request);
    Asker.require(view.network().domain(), batch.gateway(), wanted, request.getGatewaySignature());
    batches.require(batch.gateway(), batch.batch(), batch.set(), MARGIN_SECONDS);
    // Another member may have told meanwhile what it drew in this very batch.
    for (SessionId session : right.get().sessions()) {
      Optional<String> objection = desk.draws().objection(session);
      if (objection.isPresent()) {
        throw new RefusedException(Reason.REFUSED_SESSION, objection.get());
      }
    }
    desk.attested(right.get().samples());
    return attestation(wanted);
  }

  private static Attestation attestation(BatchSettlement wanted) {
    return Attestation.of(Subjects.batchSubject(wanted.gateway(), wanted.batch()), wanted);
  }

  private static BatchSettlement batch(AttestRequest request) {
    Address gateway = Fields.address("gateway", request.getGateway());
    long batch = Fields.number("batch", request.getBatch());
    Digest digest = Fields.digest("settlements_digest", request.getSettlementsDigest());
    return new BatchSettlement(gateway, batch, digest);
  }

  /** Looks at a batch as it comes. */
  StreamObserver<BatchPart> review(StreamObserver<Sealed> client) {
    if (fault.isSilent()) {
      return new Ignored();
    }
    SealedReview sealed = new SealedReview(sealing, client);
    Reviewer reviewer = new Reviewer(System.nanoTime(), sealed);
    return new ReviewStream(reviewer, sealed, reviewer::end);
  }

  private final class Reviewer implements ReviewStream.Judge {
    private final long beganNanos;
    private final SealedReview sealed;
    private final AtomicBoolean placed = new AtomicBoolean();
    private final List<SessionCheck> checks = new ArrayList<>();

    Reviewer(long beganNanos, SealedReview sealed) {
      this.beganNanos = beganNanos;
      this.sealed = sealed;
    }

    @Override
    public void begin(ReviewStream.Header header) throws RefusedException {
      BatchSettlement wanted = header.wanted();
      sealed.begin(batches.sitting(wanted.gateway(), wanted.batch(), header.set()), header.round());
      if (fault == ValidatorFault.NO) {
        throw new RefusedException(Reason.REFUSED_BY_FAULT, "told to");
      }
      if (!fault.isUnread()) {
        Asker.require(view.network().domain(), wanted.gateway(), wanted, header.asker());
        batches.require(wanted.gateway(), wanted.batch(), header.set(), MARGIN_SECONDS);
      }
      // Not before it is known who asks: nobody else can take the places away.
      if (!reviewing.tryAcquire()) {
        throw new RefusedException(
            Reason.BUSY, "more than " + limits.reviews() + " reviews at once");
      }
      placed.set(true);
      desk.draws().refresh();
    }

    private void end() {
      if (placed.compareAndSet(true, false)) {
        reviewing.release();
      }
    }

    @Override
    public SessionCheck session(ReviewStream.Header header, SettlementClaim claim)
        throws RefusedException {
      sealed.without(seats.withoutInterest(Interests.owners(claim.brief())));
      SessionCheck check =
          fault.isUnread()
              ? SessionCheck.unread(claim)
              : SessionCheck.begin(
                  view, claim, header.wanted().gateway(), limits.receipts(), desk.draws());
      checks.add(check);
      return check;
    }

    @Override
    public void right(ReviewStream.Header header) throws RefusedException {
      BatchSettlement wanted = header.wanted();
      // Said now rather than by `Attest`: others would have signed this content by then.
      if (fault != ValidatorFault.TWICE) {
        signer.requireFree(attestation(wanted));
      }
      reviewed.add(
          new Reviewed.Batch(
              wanted.gateway(), wanted.batch(), header.set(), wanted.settlementsDigest()),
          new Reviewed.Right(
              checks.stream()
                  .filter(SessionCheck::counts)
                  .map(check -> check.claim().brief().sessionId())
                  .toList(),
              checks.stream()
                  .filter(SessionCheck::counts)
                  .flatMap(check -> check.samples().stream())
                  .toList(),
              System.nanoTime()));
    }

    @Override
    public long mostBytes() {
      return limits.batchBytes();
    }

    @Override
    public boolean late() {
      return System.nanoTime() - beganNanos > limits.review().toNanos();
    }
  }

  /** Takes what comes and says nothing. */
  private static final class Ignored implements StreamObserver<BatchPart> {
    @Override
    public void onNext(BatchPart part) {}

    @Override
    public void onError(Throwable error) {}

    @Override
    public void onCompleted() {}
  }
}

package io.myelin.validator;

import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import io.myelin.chain.ChainException;
import io.myelin.committee.RollCall;
import io.myelin.committee.wire.ConfigCodec;
import io.myelin.committee.wire.Fields;
import io.myelin.committee.wire.ProposalCodec;
import io.myelin.committee.wire.Reason;
import io.myelin.protocol.committee.Verdict;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.settlement.Interests;
import io.myelin.protocol.settlement.SettlementClaim;
import io.myelin.protocol.settlement.Subjects;
import io.myelin.protocol.typeddata.Attestation;
import io.myelin.protocol.typeddata.BatchSettlement;
import io.myelin.protocol.work.Charge;
import io.myelin.v1.ApproveRequest;
import io.myelin.v1.ApproveRoundRequest;
import io.myelin.v1.AttestRequest;
import io.myelin.v1.BatchPart;
import io.myelin.v1.ConfigureSubnetRequest;
import io.myelin.v1.DescribeRequest;
import io.myelin.v1.DrawnReply;
import io.myelin.v1.DrawnWork;
import io.myelin.v1.ExamineReply;
import io.myelin.v1.ExtendRequest;
import io.myelin.v1.GiveRoundReply;
import io.myelin.v1.GiveRoundRequest;
import io.myelin.v1.JudgeAbsenceRequest;
import io.myelin.v1.JudgeAppealRequest;
import io.myelin.v1.JudgeFaultRequest;
import io.myelin.v1.JudgeRequest;
import io.myelin.v1.JudgeRoundRequest;
import io.myelin.v1.JudgeTaskRequest;
import io.myelin.v1.JudgeWorkRequest;
import io.myelin.v1.MarkReply;
import io.myelin.v1.MarkRequest;
import io.myelin.v1.ReadRoundReply;
import io.myelin.v1.ReadRoundRequest;
import io.myelin.v1.RevealRequest;
import io.myelin.v1.Revealed;
import io.myelin.v1.SampleReply;
import io.myelin.v1.SampleRequest;
import io.myelin.v1.Sealed;
import io.myelin.v1.Signed;
import io.myelin.v1.ValidatorDescription;
import io.myelin.v1.ValidatorGrpc.ValidatorImplBase;
import io.myelin.v1.WorkRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The gRPC front: bounds, the checks, then the signer; one line in the log for each verdict. */
class ValidatorService extends ValidatorImplBase {
  private static final Logger LOG = LoggerFactory.getLogger(ValidatorService.class);

  /** Time for which a committee's set must still count, so that its word can be sent. */
  private static final long MARGIN_SECONDS = 60;

  /** Each waits for the engine; the other checks must not wait for them. */
  private static final int MOST_JUDGING = 4;

  /** The same of rounds. */
  private static final int MOST_ROUNDS = 2;

  /** The same of nodes that are examined. */
  private static final int MOST_EXAMINING = 4;

  private final ChainView view;
  private final OperatorKey key;
  private final Signer signer;
  private final Sealing sealing;
  private final ValidatorFault fault;
  private final ValidatorConfig.Limits limits;
  private final int examContext;
  private final Seats seats;
  private final NodePoolView pool;
  private final OpeningCheck openings;
  private final ExtensionCheck extensions;
  private final BatchCheck batches;
  private final LifeCheck lives;
  private final TaskCheck tasks;
  private final ConfigCheck configs;
  private final AbsenceCheck absences;
  private final FaultCheck faults;
  private final WorkDesk desk;
  private final WorkCheck works;
  private final RoundDesk rounds;
  private final MarkDesk marks;
  private final RoundCheck roundChecks;
  private final AppealCheck appeals;
  private final Reviewed reviewed = new Reviewed();
  private final Semaphore checking;
  private final Semaphore reviewing;
  private final Places judging = new Places(MOST_JUDGING);
  private final Places roundJudging = new Places(MOST_ROUNDS);
  private final Places examining = new Places(MOST_EXAMINING);

  ValidatorService(
      ChainView view,
      OperatorKey key,
      Signer signer,
      ValidatorConfig config,
      RollCall rollCall,
      WorkDesk desk,
      OwnModels models) {
    this.desk = desk;
    this.view = view;
    this.key = key;
    this.signer = signer;
    this.sealing = new Sealing(view, key);
    this.fault = config.fault();
    this.limits = config.limits();
    this.examContext = config.examContext();
    this.seats = new Seats(view, key.address(), fault.isUnread());
    this.pool = new NodePoolView(view, limits.nodes());
    this.openings = new OpeningCheck(view, seats, pool);
    this.extensions = new ExtensionCheck(view, seats, pool);
    this.batches = new BatchCheck(view, seats);
    this.lives = new LifeCheck(view, seats, desk, config.examContext());
    this.works = new WorkCheck(view, seats, desk);
    this.rounds = new RoundDesk(view, pool, models.checker(), models.embedder());
    this.marks = new MarkDesk(models.judge());
    this.roundChecks = new RoundCheck(view, seats, rounds);
    this.appeals = new AppealCheck(view, seats, desk);
    this.tasks = new TaskCheck(view, seats);
    this.configs = new ConfigCheck(view, seats);
    this.absences = new AbsenceCheck(view, seats, rollCall);
    this.faults = new FaultCheck(view, seats);
    this.checking = new Semaphore(limits.checks());
    this.reviewing = new Semaphore(limits.reviews());
  }

  /** Reads what a long history says of nodes before the first gateway waits for it; blocks. */
  void readAhead() {
    pool.readAhead();
  }

  /** What it knows of cognitive rounds. */
  RoundDesk rounds() {
    return rounds;
  }

  /** A step on the way to a verdict. */
  private interface Check<T> {
    T run() throws RefusedException;
  }

  @Override
  public void describe(DescribeRequest request, StreamObserver<ValidatorDescription> client) {
    if (fault == ValidatorFault.SLEEP) {
      return;
    }
    try {
      Address owner = seats.owner();
      ValidatorDescription.Builder reply =
          ValidatorDescription.newBuilder()
              .setOperator(Fields.bytes(key.address()))
              .setChainId(view.network().chainId())
              .setDirectory(Fields.bytes(view.network().directory().address()));
      if (desk.isEquipped()) {
        reply.setExamContext(examContext);
      }
      if (!owner.isZero()) {
        reply.setOwner(Fields.bytes(owner));
      }
      client.onNext(reply.build());
      client.onCompleted();
    } catch (ChainException e) {
      client.onError(
          Reason.CHAIN_UNAVAILABLE.status(String.valueOf(e.getMessage())).asRuntimeException());
    }
  }

  @Override
  public void approve(ApproveRequest request, StreamObserver<Sealed> client) {
    answer(
        "approve",
        client,
        request.getRound(),
        () -> openings.sitting(ProposalCodec.opening(request)),
        () -> openings.check(ProposalCodec.opening(request), request.getGatewaySignature()),
        () -> openings.unread(ProposalCodec.opening(request)));
  }

  @Override
  public void extend(ExtendRequest request, StreamObserver<Sealed> client) {
    answer(
        "extend",
        client,
        request.getRound(),
        () -> extensions.sitting(ProposalCodec.extension(request)),
        () -> extensions.check(ProposalCodec.extension(request), request.getGatewaySignature()),
        () -> extensions.unread(ProposalCodec.extension(request)));
  }

  @Override
  public void judge(JudgeRequest request, StreamObserver<Sealed> client) {
    within(
        examining,
        "judge",
        client,
        () ->
            answer(
                "judge",
                client,
                request.getAskingRound(),
                () -> lives.sitting(ProposalCodec.life(request)),
                () -> lives.check(ProposalCodec.life(request), ProposalCodec.paper(request)),
                () -> ProposalCodec.life(request).attestation()));
  }

  @Override
  public void judgeTask(JudgeTaskRequest request, StreamObserver<Sealed> client) {
    answer(
        "judge task",
        client,
        request.getRound(),
        () -> tasks.sitting(task(request)),
        () -> tasks.check(task(request), request.getAccepted()),
        () -> tasks.unread(task(request), request.getAccepted()));
  }

  @Override
  public void configureSubnet(ConfigureSubnetRequest request, StreamObserver<Sealed> client) {
    answer(
        "configure subnet",
        client,
        request.getRound(),
        () -> configs.sitting(request),
        () -> configs.check(request),
        () -> ConfigCheck.unread(ConfigCodec.proposal(request)));
  }

  @Override
  public void judgeAbsence(JudgeAbsenceRequest request, StreamObserver<Sealed> client) {
    answer(
        "judge absence",
        client,
        request.getRound(),
        () -> absences.sitting(request),
        () -> absences.check(request),
        () -> AbsenceCheck.unread(request));
  }

  @Override
  public void judgeFault(JudgeFaultRequest request, StreamObserver<Sealed> client) {
    answer(
        "judge fault",
        client,
        request.getRound(),
        () -> faults.sitting(request),
        () -> faults.check(request),
        () -> FaultCheck.unread(request));
  }

  @Override
  public void sample(SampleRequest request, StreamObserver<SampleReply> client) {
    guarded(
        "sample",
        client,
        () -> SampleReply.newBuilder().addAllWanted(desk.draws().sample(request)).build());
  }

  @Override
  public void mark(MarkRequest request, StreamObserver<MarkReply> client) {
    guarded("mark", client, () -> marks.mark(request));
  }

  @Override
  public void drawn(DrawnWork told, StreamObserver<DrawnReply> client) {
    guarded(
        "drawn",
        client,
        () -> {
          desk.draws().hear(told);
          return DrawnReply.getDefaultInstance();
        });
  }

  @Override
  public void examine(WorkRecord record, StreamObserver<ExamineReply> client) {
    if (fault.isSilent()) {
      return;
    }
    CompletableFuture<Examined> checked;
    try {
      checked = desk.examine(record);
    } catch (RefusedException e) {
      refuse("examine", client, e.reason(), e.detail());
      return;
    } catch (IllegalArgumentException e) {
      refuse("examine", client, Reason.MALFORMED, String.valueOf(e.getMessage()));
      return;
    } catch (ChainException e) {
      refuse("examine", client, Reason.CHAIN_UNAVAILABLE, String.valueOf(e.getMessage()));
      return;
    }
    // The queue is bounded, and nobody's thread waits in it.
    var _ =
        checked.whenComplete(
            (found, failure) -> {
              if (failure != null) {
                refuse("examine", client, Reason.BUSY, String.valueOf(failure.getMessage()));
                return;
              }
              client.onNext(
                  ExamineReply.newBuilder()
                      .setFound(found.found())
                      .setDetail(found.detail())
                      .build());
              client.onCompleted();
            });
  }

  @Override
  public void judgeWork(JudgeWorkRequest request, StreamObserver<Sealed> client) {
    onWork(
        "judge work",
        client,
        request.getRecord(),
        request.getOthersList(),
        charge ->
            answer(
                "judge work",
                client,
                request.getAskingRound(),
                () -> works.sitting(charge),
                () -> works.check(charge),
                () -> WorkCheck.unread(charge)));
  }

  @Override
  public void judgeAppeal(JudgeAppealRequest request, StreamObserver<Sealed> client) {
    onWork(
        "judge appeal",
        client,
        request.getRecord(),
        request.getOthersList(),
        charge ->
            answer(
                "judge appeal",
                client,
                request.getAskingRound(),
                () -> appeals.sitting(charge),
                () -> appeals.check(charge, request.getOverturned()),
                () -> AppealCheck.unread(charge, request.getOverturned())));
  }

  @Override
  public void approveRound(ApproveRoundRequest request, StreamObserver<Sealed> client) {
    answer(
        "approve round",
        client,
        request.getAskingRound(),
        () -> roundChecks.sitting(request),
        () -> roundChecks.check(request),
        () -> RoundCheck.unread(request));
  }

  @Override
  public void judgeRound(JudgeRoundRequest request, StreamObserver<Sealed> client) {
    within(
        roundJudging,
        "judge round",
        client,
        () ->
            answer(
                "judge round",
                client,
                request.getAskingRound(),
                () -> roundChecks.sitting(request),
                () -> roundChecks.check(request),
                () -> RoundCheck.unread(request)));
  }

  @Override
  public void giveRound(GiveRoundRequest request, StreamObserver<GiveRoundReply> client) {
    guarded(
        "give round",
        client,
        () -> {
          rounds.give(request);
          return GiveRoundReply.getDefaultInstance();
        });
  }

  @Override
  public void readRound(ReadRoundRequest request, StreamObserver<ReadRoundReply> client) {
    guarded("read round", client, () -> rounds.read(request));
  }

  private static TaskId task(JudgeTaskRequest request) {
    return TaskId.of(Fields.digest("task_id", request.getTaskId()).bytes());
  }

  @Override
  public void attest(AttestRequest request, StreamObserver<Signed> client) {
    // The verdict is the review's, and was opened before: there is nothing to seal.
    guarded(
        "attest",
        client,
        () -> {
          Attestation attestation =
              fault.isUnreviewed() ? attestation(batch(request)) : reviewed(request);
          return Signed.newBuilder()
              .setOperator(Fields.bytes(key.address()))
              .setSignature(ByteString.copyFrom(signed("attest", attestation).bytes()))
              .build();
        });
  }

  @Override
  public void reveal(RevealRequest request, StreamObserver<Revealed> client) {
    guarded("reveal", client, () -> sealing.reveal(request));
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

  /** Checks and answers with a sealed verdict, whichever it is. */
  private void answer(
      String what,
      StreamObserver<Sealed> client,
      ByteString round,
      Check<Sitting> who,
      Check<Attestation> check,
      Check<Attestation> unread) {
    guarded(
        what,
        client,
        () -> {
          Digest asked = Sealing.round(round);
          Sitting sitting = who.run();
          try {
            if (fault == ValidatorFault.NO) {
              throw new RefusedException(Reason.REFUSED_BY_FAULT, "told to");
            }
            Attestation attestation = fault.isUnread() ? unread.run() : check.run();
            return sealing.seal(sitting, asked, new Verdict.Yes(signed(what, attestation)));
          } catch (RefusedException e) {
            Sealed sealed =
                sealing.seal(sitting, asked, e.reason(), e.detail()).orElseThrow(() -> e);
            LOG.info("{} refused: {}", what, e.reason().text(e.detail()));
            return sealed;
          }
        });
  }

  private Signature signed(String what, Attestation attestation) throws RefusedException {
    Signature signature =
        fault == ValidatorFault.TWICE
            ? key.sign(view.network().domain().digest(attestation))
            : signer.sign(attestation);
    LOG.info("{} {}: signed {}", what, attestation.subject(), attestation.content());
    return signature;
  }

  /** Judges the work that records are of, in one of the places for that. */
  private void onWork(
      String what,
      StreamObserver<?> client,
      WorkRecord record,
      List<WorkRecord> others,
      Consumer<Charge> judge) {
    if (fault.isSilent()) {
      return;
    }
    Charge charge;
    try {
      charge = works.charge(record, others);
    } catch (RefusedException e) {
      refuse(what, client, e.reason(), e.detail());
      return;
    }
    within(judging, what, client, () -> judge.accept(charge));
  }

  /** Does what waits for the engine in a place of its kind, so that no other check waits for it. */
  private static void within(
      Places places, String what, StreamObserver<?> client, Runnable answer) {
    if (!places.free().tryAcquire()) {
      refuse(what, client, Reason.BUSY, "more than " + places.most() + " at once");
      return;
    }
    try {
      answer.run();
    } finally {
      places.free().release();
    }
  }

  private record Places(int most, Semaphore free) {
    Places(int most) {
      this(most, new Semaphore(most));
    }
  }

  /** Answers within bounds; what is thrown becomes a status. */
  private <T> void guarded(String what, StreamObserver<T> client, Check<T> check) {
    if (fault.isSilent()) {
      return;
    }
    if (!checking.tryAcquire()) {
      refuse(what, client, Reason.BUSY, "more than " + limits.checks() + " checks at once");
      return;
    }
    try {
      client.onNext(check.run());
      client.onCompleted();
    } catch (RefusedException e) {
      refuse(what, client, e.reason(), e.detail());
    } catch (IllegalArgumentException e) {
      refuse(what, client, Reason.MALFORMED, String.valueOf(e.getMessage()));
    } catch (ChainException e) {
      refuse(what, client, Reason.CHAIN_UNAVAILABLE, String.valueOf(e.getMessage()));
    } catch (SigningStoreException e) {
      refuse(what, client, Reason.STORE_UNAVAILABLE, String.valueOf(e.getMessage()));
    } finally {
      checking.release();
    }
  }

  private static void refuse(String what, StreamObserver<?> client, Reason reason, String detail) {
    LOG.info("{} refused: {}", what, reason.text(detail));
    client.onError(reason.status(detail).asRuntimeException());
  }

  @Override
  public StreamObserver<BatchPart> review(StreamObserver<Sealed> client) {
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

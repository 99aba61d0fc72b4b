package io.myelin.validator;

import io.grpc.stub.StreamObserver;
import io.myelin.chain.ChainException;
import io.myelin.committee.RollCall;
import io.myelin.committee.wire.ConfigCodec;
import io.myelin.committee.wire.Fields;
import io.myelin.committee.wire.ProposalCodec;
import io.myelin.committee.wire.Reason;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.TaskId;
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
import io.myelin.v1.ReadEvidenceReply;
import io.myelin.v1.ReadEvidenceRequest;
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
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** The gRPC front: what it is asked goes to the check of its kind. */
class ValidatorService extends ValidatorImplBase {
  /** Each waits for the engine; the other checks must not wait for them. */
  private static final int MOST_JUDGING = 4;

  /** The same of rounds. */
  private static final int MOST_ROUNDS = 2;

  /** The same of nodes that are examined. */
  private static final int MOST_EXAMINING = 4;

  /** A reply is out before its place is free, so one reader needs two. */
  private static final int MOST_READING = 4;

  private final ChainView view;
  private final OperatorKey key;
  private final Sealing sealing;
  private final Answering answering;
  private final BatchReviews reviews;
  private final ValidatorFault fault;
  private final int examContext;
  private final Seats seats;
  private final NodePoolView pool;
  private final OpeningCheck openings;
  private final ExtensionCheck extensions;
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
  private final EvidenceReading evidence;
  private final Answering.Places judging = new Answering.Places(MOST_JUDGING);
  private final Answering.Places roundJudging = new Answering.Places(MOST_ROUNDS);
  private final Answering.Places reading = new Answering.Places(MOST_READING);
  private final Answering.Places examining = new Answering.Places(MOST_EXAMINING);

  ValidatorService(
      ChainView view,
      OperatorKey key,
      Signer signer,
      ValidatorConfig config,
      RollCall rollCall,
      WorkDesk desk,
      OwnModels models,
      LongSupplier nanoClock) {
    this.desk = desk;
    this.view = view;
    this.key = key;
    this.sealing = new Sealing(view, key);
    this.fault = config.fault();
    this.examContext = config.examContext();
    this.seats = new Seats(view, key.address(), fault.isUnread());
    this.answering = new Answering(view, key, signer, sealing, fault, config.limits().checks());
    this.reviews = new BatchReviews(view, key, signer, sealing, answering, config, seats, desk);
    this.pool = new NodePoolView(view, config.limits().nodes());
    this.openings = new OpeningCheck(view, seats, pool);
    this.extensions = new ExtensionCheck(view, seats, pool);
    this.lives = new LifeCheck(view, seats, desk, config.examContext());
    this.works = new WorkCheck(view, seats, desk);
    this.rounds = new RoundDesk(view, pool, models.checker(), models.embedder());
    this.marks = new MarkDesk(models.judge());
    this.roundChecks = new RoundCheck(view, seats, rounds);
    this.appeals = new AppealCheck(view, seats, desk, nanoClock);
    this.evidence = new EvidenceReading(view, key.address(), desk.files());
    this.tasks = new TaskCheck(view, seats);
    this.configs = new ConfigCheck(view, seats);
    this.absences = new AbsenceCheck(view, seats, rollCall);
    this.faults = new FaultCheck(view, seats);
  }

  /** Reads what a long history says of nodes before the first gateway waits for it; blocks. */
  void readAhead() {
    pool.readAhead();
  }

  /** What it knows of cognitive rounds. */
  RoundDesk rounds() {
    return rounds;
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
    answering.answer(
        "approve",
        client,
        request.getRound(),
        () -> openings.sitting(ProposalCodec.opening(request)),
        () -> openings.check(ProposalCodec.opening(request), request.getGatewaySignature()),
        () -> openings.unread(ProposalCodec.opening(request)));
  }

  @Override
  public void extend(ExtendRequest request, StreamObserver<Sealed> client) {
    answering.answer(
        "extend",
        client,
        request.getRound(),
        () -> extensions.sitting(ProposalCodec.extension(request)),
        () -> extensions.check(ProposalCodec.extension(request), request.getGatewaySignature()),
        () -> extensions.unread(ProposalCodec.extension(request)));
  }

  @Override
  public void judge(JudgeRequest request, StreamObserver<Sealed> client) {
    Answering.within(
        examining,
        "judge",
        client,
        () ->
            answering.answer(
                "judge",
                client,
                request.getAskingRound(),
                () -> lives.sitting(ProposalCodec.life(request)),
                () -> lives.check(ProposalCodec.life(request), ProposalCodec.paper(request)),
                () -> ProposalCodec.life(request).attestation()));
  }

  @Override
  public void judgeTask(JudgeTaskRequest request, StreamObserver<Sealed> client) {
    answering.answer(
        "judge task",
        client,
        request.getRound(),
        () -> tasks.sitting(task(request)),
        () -> tasks.check(task(request), request.getAccepted()),
        () -> tasks.unread(task(request), request.getAccepted()));
  }

  @Override
  public void configureSubnet(ConfigureSubnetRequest request, StreamObserver<Sealed> client) {
    answering.answer(
        "configure subnet",
        client,
        request.getRound(),
        () -> configs.sitting(request),
        () -> configs.check(request),
        () -> ConfigCheck.unread(ConfigCodec.proposal(request)));
  }

  @Override
  public void judgeAbsence(JudgeAbsenceRequest request, StreamObserver<Sealed> client) {
    answering.answer(
        "judge absence",
        client,
        request.getRound(),
        () -> absences.sitting(request),
        () -> absences.check(request),
        () -> AbsenceCheck.unread(request));
  }

  @Override
  public void judgeFault(JudgeFaultRequest request, StreamObserver<Sealed> client) {
    answering.answer(
        "judge fault",
        client,
        request.getRound(),
        () -> faults.sitting(request),
        () -> faults.check(request),
        () -> FaultCheck.unread(request));
  }

  @Override
  public void sample(SampleRequest request, StreamObserver<SampleReply> client) {
    answering.guarded(
        "sample",
        client,
        () -> SampleReply.newBuilder().addAllWanted(desk.draws().sample(request)).build());
  }

  @Override
  public void mark(MarkRequest request, StreamObserver<MarkReply> client) {
    answering.guarded("mark", client, () -> marks.mark(request));
  }

  @Override
  public void drawn(DrawnWork told, StreamObserver<DrawnReply> client) {
    answering.guarded(
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
      Answering.refuse("examine", client, e.reason(), e.detail());
      return;
    } catch (IllegalArgumentException e) {
      Answering.refuse("examine", client, Reason.MALFORMED, String.valueOf(e.getMessage()));
      return;
    } catch (ChainException e) {
      Answering.refuse("examine", client, Reason.CHAIN_UNAVAILABLE, String.valueOf(e.getMessage()));
      return;
    }
    // The queue is bounded, and nobody's thread waits in it.
    var _ =
        checked.whenComplete(
            (found, failure) -> {
              if (failure != null) {
                Answering.refuse(
                    "examine", client, Reason.BUSY, String.valueOf(failure.getMessage()));
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
        () -> works.charge(request.getRecord(), request.getOthersList()),
        charge ->
            answering.answer(
                "judge work",
                client,
                request.getAskingRound(),
                () -> works.sitting(charge),
                () -> works.check(charge),
                () -> WorkCheck.unread(charge)));
  }

  @Override
  public void judgeAppeal(JudgeAppealRequest request, StreamObserver<Sealed> client) {
    if (!request.hasRecord()) {
      judgeUnshown(request, client);
      return;
    }
    boolean overturned = request.getOverturned();
    onWork(
        "judge appeal",
        client,
        () -> {
          Charge charge = works.charge(request.getRecord(), request.getOthersList());
          // Before there is a place for it: who fills those hides no evidence.
          appeals.brought(charge);
          return charge;
        },
        charge ->
            answering.answer(
                "judge appeal",
                client,
                request.getAskingRound(),
                () -> appeals.sitting(charge.node(), charge.digest()),
                () -> appeals.check(charge, overturned),
                () -> AppealCheck.unread(charge.node(), charge.digest(), overturned)));
  }

  private void judgeUnshown(JudgeAppealRequest request, StreamObserver<Sealed> client) {
    answering.answer(
        "judge appeal without evidence",
        client,
        request.getAskingRound(),
        () -> appeals.sitting(node(request), evidence(request)),
        () -> appeals.checkUnshown(node(request), evidence(request)),
        () -> AppealCheck.unread(node(request), evidence(request), true));
  }

  private static Address node(JudgeAppealRequest request) {
    if (!request.getOverturned()) {
      throw new IllegalArgumentException("overturned: false (expected: true without a record)");
    }
    return Fields.address("node", request.getNode());
  }

  private static Digest evidence(JudgeAppealRequest request) {
    return Fields.digest("evidence_digest", request.getEvidenceDigest());
  }

  @Override
  public void readEvidence(ReadEvidenceRequest request, StreamObserver<ReadEvidenceReply> client) {
    // Few at a time: a record may be of some megabytes.
    Answering.within(
        reading,
        "read evidence",
        client,
        () -> answering.guarded("read evidence", client, () -> evidence.read(request)));
  }

  @Override
  public void approveRound(ApproveRoundRequest request, StreamObserver<Sealed> client) {
    answering.answer(
        "approve round",
        client,
        request.getAskingRound(),
        () -> roundChecks.sitting(request),
        () -> roundChecks.check(request),
        () -> RoundCheck.unread(request));
  }

  @Override
  public void judgeRound(JudgeRoundRequest request, StreamObserver<Sealed> client) {
    Answering.within(
        roundJudging,
        "judge round",
        client,
        () ->
            answering.answer(
                "judge round",
                client,
                request.getAskingRound(),
                () -> roundChecks.sitting(request),
                () -> roundChecks.check(request),
                () -> RoundCheck.unread(request)));
  }

  @Override
  public void giveRound(GiveRoundRequest request, StreamObserver<GiveRoundReply> client) {
    answering.guarded(
        "give round",
        client,
        () -> {
          rounds.give(request);
          return GiveRoundReply.getDefaultInstance();
        });
  }

  @Override
  public void readRound(ReadRoundRequest request, StreamObserver<ReadRoundReply> client) {
    answering.guarded("read round", client, () -> rounds.read(request));
  }

  private static TaskId task(JudgeTaskRequest request) {
    return TaskId.of(Fields.digest("task_id", request.getTaskId()).bytes());
  }

  @Override
  public void reveal(RevealRequest request, StreamObserver<Revealed> client) {
    answering.guarded("reveal", client, () -> sealing.reveal(request));
  }

  /** Judges the work that records are of, in one of the places for that. */
  private void onWork(
      String what,
      StreamObserver<?> client,
      Answering.Check<Charge> shown,
      Consumer<Charge> judge) {
    if (fault.isSilent()) {
      return;
    }
    Charge charge;
    try {
      charge = shown.run();
    } catch (RefusedException e) {
      Answering.refuse(what, client, e.reason(), e.detail());
      return;
    } catch (ChainException e) {
      Answering.refuse(what, client, Reason.CHAIN_UNAVAILABLE, String.valueOf(e.getMessage()));
      return;
    }
    Answering.within(judging, what, client, () -> judge.accept(charge));
  }

  @Override
  public void attest(AttestRequest request, StreamObserver<Signed> client) {
    // The verdict is the review's, and was opened before: there is nothing to seal.
    answering.guarded("attest", client, () -> reviews.attest(request));
  }

  @Override
  public StreamObserver<BatchPart> review(StreamObserver<Sealed> client) {
    return reviews.review(client);
  }
}

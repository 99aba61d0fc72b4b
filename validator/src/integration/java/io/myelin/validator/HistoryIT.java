package io.myelin.validator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.myelin.chain.TransactionReceipt;
import io.myelin.committee.CommitteeClient;
import io.myelin.committee.MemberAnswer;
import io.myelin.committee.NotAgreedException;
import io.myelin.committee.Quorum;
import io.myelin.committee.proposal.SettlementBatch;
import io.myelin.contracts.testing.ChainWorld;
import io.myelin.engine.check.WorkChecker;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.settlement.SessionTail;
import io.myelin.protocol.typeddata.EvidenceRead;
import io.myelin.protocol.typeddata.NodeVerdict;
import io.myelin.protocol.work.Calibration;
import io.myelin.protocol.work.Calibrations;
import io.myelin.protocol.work.Charge;
import io.myelin.protocol.work.SignedWork;
import io.myelin.protocol.work.VerificationLevel;
import io.myelin.protocol.work.WorkFinding;
import io.myelin.protocol.work.WorkScore;
import io.myelin.v1.ExamineReply;
import io.myelin.v1.ReadEvidenceRequest;
import io.myelin.v1.SampleRequest;
import io.myelin.v1.StoredWork;
import io.myelin.validator.testing.GatewaySide;
import io.myelin.validator.testing.ShownWork;
import io.myelin.validator.testing.Validators;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nodes of a class that no validator can compare exactly: each answer is one sample, and a run of
 * them convicts, on a real chain.
 */
final class HistoryIT {
  private static final String NODE_CLASS = "theirs";
  private static final String CHECKER_CLASS = "ours";

  /** Tasks from this number on are far from the model; those before are as honest ones. */
  private static final int FAR = 1_000;

  private static final WorkChecker MODEL =
      (spec, _) -> {
        int task = Integer.parseInt(spec.getText().substring("task ".length()));
        double meanQ10 = task >= FAR ? 500 : 20;
        return CompletableFuture.completedFuture(
            new WorkFinding.Measured(new WorkScore(16, meanQ10, 600, 0), CHECKER_CLASS));
      };

  @TempDir Path folder;
  private ChainWorld world;
  private Validators validators;
  private CommitteeClient committee;
  private GatewaySide side;
  private GatewaySide.Live live;
  private int sessions;

  /** So many of the validators have a calibration. */
  private int calibrated = 5;

  @BeforeEach
  void start() throws Exception {
    // Five of five sit in every committee.
    world = ChainWorld.start(folder, 5, 4);
    validators = Validators.start(world, folder, number -> models(number < calibrated));
    committee = validators.client(Validators.QUICK);
    side = new GatewaySide(world, 51);
    live = side.open(committee, side.proposal(4, 1, VerificationLevel.FULL));
  }

  private void open() throws Exception {
    side = new GatewaySide(world, 52 + sessions++);
    live = side.open(committee, side.proposal(4, 1, VerificationLevel.FULL));
  }

  @AfterEach
  void stop() {
    committee.close();
    validators.close();
    world.close();
  }

  private OwnModels models(boolean calibrated) {
    String weights =
        world
            .network()
            .subnets()
            .modelOf(world.subnetId(), SessionTail.modelIdOf(ChainWorld.MODEL))
            .on(world.chain())
            .weightsDigest()
            .hex();
    Calibration measured =
        new Calibration(
            new Calibration.Key(ChainWorld.MODEL, "Q8_0", weights, NODE_CLASS, CHECKER_CLASS),
            "Q4_0",
            List.of(new Calibration.Band(8, List.of(100.0), List.of(990, 0), List.of(0, 990))));
    return new OwnModels(
        Optional.of(MODEL),
        Optional.empty(),
        Optional.empty(),
        calibrated ? new Calibrations(List.of(measured)) : Calibrations.NONE);
  }

  private Address node() {
    return live.brief().seats().getFirst().node();
  }

  private long standing(Address node) {
    return world.network().nodes().nodeOf(node).on(world.chain()).standing();
  }

  /** One answer, drawn by and shown to all validators, as a gateway does it. */
  private ShownWork answer(int task) {
    ShownWork work = ShownWork.of(world, live, NODE_CLASS, task);
    for (int validator = 0; validator < 5; validator++) {
      SampleRequest asked =
          SampleRequest.newBuilder().addReceipts(ByteString.copyFrom(work.json())).build();
      assertThat(validators.stub(validator).sample(asked).getWantedList()).containsExactly(0);
      show(work, validator);
    }
    return work;
  }

  private void show(ShownWork work, int validator) {
    assertThat(validators.stub(validator).examine(work.record()).getFound())
        .isEqualTo(ExamineReply.Found.FOUND_MEASURED);
  }

  /** Answers of these tasks, all that the session has; settled and paid. */
  private void settle(int... tasks) throws Exception {
    settle(Arrays.stream(tasks).mapToObj(this::answer).toList());
  }

  private void settle(List<ShownWork> works) throws Exception {
    SettlementBatch batch =
        side.batch(side.part(live, works.stream().map(ShownWork::receipt).toList()));
    assertThat(side.settle(batch, committee.reviewAndAttest(batch)).succeeded()).isTrue();
  }

  private List<Charge> charges(int validator) {
    return validators.started(validator).work().memory().accusations().stream()
        .map(WorkMemory.Accusation::charge)
        .toList();
  }

  private List<String> refusals(Charge charge) {
    NotAgreedException failure =
        catchThrowableOfType(NotAgreedException.class, () -> committee.cases().work(charge));
    assertThat(failure).as("agreed to what proves nothing").isNotNull();
    return failure.answers().stream()
        .map(MemberAnswer::answer)
        .filter(MemberAnswer.Answer.Refused.class::isInstance)
        .map(MemberAnswer.Answer.Refused.class::cast)
        .map(refused -> refused.reason() + ": " + refused.detail())
        .toList();
  }

  private TransactionReceipt bring(Charge charge) throws Exception {
    Quorum quorum = committee.cases().work(charge);
    return world.send(
        world.client(),
        world
            .network()
            .nodes()
            .judge(
                charge.node(),
                NodeVerdict.FRAUD,
                charge.digest(),
                quorum.seatsBits(),
                quorum.signatures()));
  }

  @Test
  void shouldCondemnForARunThatEachMemberSawItself() throws Exception {
    Address cheat = node();
    settle(1, 2, 3, FAR, FAR + 1, FAR + 2);
    assertThat(charges(0)).as("three are never enough").isEmpty();
    validators.restart();
    openWith(cheat);
    settle(FAR + 3, FAR + 4);

    // A restart lost none of it.
    assertThat(charges(0)).singleElement().satisfies(charge -> assertThat(charge.isRun()).isTrue());
    Charge charge = charges(0).getFirst();
    assertThat(bring(charge).succeeded()).isTrue();
    assertThat(standing(cheat)).isEqualTo(3);

    StoredWork stored = StoredWork.parseFrom(kept(charge));
    assertThat(stored.getConvicts()).isTrue();
    assertThat(stored.getScoresCount()).isEqualTo(charge.works().size());
    assertThat(stored.getScoresList()).allMatch(score -> score.getTokens() == 16);
  }

  @Test
  void shouldShowARunToWhoWasConvictedByItAndNobodyElse() throws Exception {
    settle(FAR, FAR + 1, FAR + 2, FAR + 3, FAR + 4);
    Charge charge = charges(0).getFirst();
    ChainWorld.Person cheat =
        world.nodes().stream()
            .filter(one -> one.address().equals(charge.node()))
            .findFirst()
            .orElseThrow();
    assertThat(shown(cheat.owner(), charge)).as("before a verdict").isEmpty();
    assertThat(bring(charge).succeeded()).isTrue();

    assertThat(shown(cheat.owner(), charge)).contains(charge);
    assertThat(shown(cheat.operator(), charge)).contains(charge);
    assertThat(shown(world.client(), charge)).isEmpty();
    assertThat(shown(world.gateway().operator(), charge)).isEmpty();
    assertThat(refused(cheat.owner(), charge, 601, 0)).contains("REFUSED_ASKER", "1 to 600");
    assertThat(refused(cheat.owner(), charge, 0, 0)).contains("REFUSED_ASKER", "1 to 600");
    assertThat(refused(world.client(), charge, 60, 0)).contains("REFUSED_ASKER", "not signed by");
    assertThat(refused(cheat.owner(), charge, 60, 64)).contains("MALFORMED", "at: 64");
    // What was signed for one validator is good for nothing at another.
    assertThat(refused(cheat.owner(), charge, 60, 0, 1)).contains("REFUSED_ASKER", "not signed by");
  }

  private Optional<Charge> shown(OperatorKey asker, Charge charge) throws Exception {
    try (CommitteeClient client = validators.client(Validators.QUICK, asker)) {
      return client.evidence().read(charge.node(), charge.digest()).charge();
    }
  }

  /** What a validator says to a question that it does not answer. */
  private String refused(OperatorKey asker, Charge charge, int aheadSeconds, int at) {
    return refused(asker, charge, aheadSeconds, at, 0);
  }

  private String refused(OperatorKey asker, Charge charge, int aheadSeconds, int at, int meantFor) {
    EvidenceRead wanted =
        new EvidenceRead(
            charge.node(),
            charge.digest(),
            world.validators().get(meantFor).operator().address(),
            world.chain().head().timestampSeconds() + aheadSeconds);
    return String.valueOf(
        catchThrowableOfType(
                StatusRuntimeException.class,
                () ->
                    validators
                        .stub(0)
                        .readEvidence(
                            ReadEvidenceRequest.newBuilder()
                                .setNode(ByteString.copyFrom(charge.node().bytes()))
                                .setEvidenceDigest(ByteString.copyFrom(charge.digest().bytes()))
                                .setUntilSeconds(wanted.untilSeconds())
                                .setSignature(
                                    ByteString.copyFrom(
                                        asker.sign(world.domain().digest(wanted)).bytes()))
                                .setAt(at)
                                .build()))
            .getMessage());
  }

  /** What some validator keeps of a charge. */
  private byte[] kept(Charge charge) throws Exception {
    String name = "work-" + charge.digest().hex() + ".pb";
    try (var files = Files.walk(folder)) {
      return Files.readAllBytes(
          files.filter(file -> file.endsWith(name)).findFirst().orElseThrow());
    }
  }

  /** A session in which this node has the first seat again. */
  private void openWith(Address node) throws Exception {
    do {
      open();
    } while (!node().equals(node));
  }

  @Test
  void shouldNotCondemnByAnswersThatWerePicked() throws Exception {
    List<SignedWork> worst = new ArrayList<>();
    List<ShownWork> all = new ArrayList<>();
    for (int task = 1; task <= 16; task++) {
      all.add(answer(task));
      if (task % 4 == 0) {
        ShownWork far = answer(FAR + task);
        all.add(far);
        worst.add(SignedWork.of(far.record(), world.domain()));
      }
    }
    settle(all);
    assertThat(charges(0)).isEmpty();
    assertThat(refusals(Charge.ofRun(worst))).anyMatch(said -> said.contains("own samples"));
    assertThat(standing(node())).isEqualTo(2);
  }

  @Test
  void shouldCountNothingThatIsNotSettled() throws Exception {
    // A gateway shows whatever answers it likes; what it does not pay for is no sample.
    for (int task = FAR; task < FAR + 8; task++) {
      answer(task);
    }
    assertThat(charges(0)).isEmpty();
  }

  @Test
  void shouldCountWhatWasShownBeforeItWasDrawn() throws Exception {
    List<ShownWork> works = new ArrayList<>();
    for (int task = FAR; task < FAR + 5; task++) {
      ShownWork work = ShownWork.of(world, live, NODE_CLASS, task);
      // Who shows all before it asks who wants to see it would escape.
      for (int validator = 0; validator < 5; validator++) {
        show(work, validator);
      }
      works.add(work);
    }
    settle(works);
    assertThat(charges(0)).hasSize(1);
  }

  @Test
  void shouldTakeAQuorumOfOwnHistories() throws Exception {
    // Two of five can say what a distance means.
    calibrated = 2;
    validators.restart();
    settle(FAR, FAR + 1, FAR + 2, FAR + 3, FAR + 4);
    Charge charge = charges(0).getFirst();
    assertThat(charges(2)).isEmpty();
    assertThat(refusals(charge)).hasSizeGreaterThanOrEqualTo(3);
    assertThat(standing(node())).isEqualTo(2);
  }

  @Test
  void shouldRefuseRunsThatAreNone() throws Exception {
    List<SignedWork> near =
        IntStream.range(1, 6)
            .mapToObj(this::answer)
            .map(work -> SignedWork.of(work.record(), world.domain()))
            .toList();
    assertThat(refusals(Charge.ofRun(near))).anyMatch(said -> said.contains("found here"));
  }
}

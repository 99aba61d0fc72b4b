package io.myelin.validator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.myelin.committee.CommitteeClient;
import io.myelin.committee.CommitteeSettings;
import io.myelin.committee.NotAgreedException;
import io.myelin.committee.proposal.SettlementBatch;
import io.myelin.committee.wire.Fields;
import io.myelin.contracts.testing.ChainWorld;
import io.myelin.engine.check.WorkChecker;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.receipt.SignedReceipt;
import io.myelin.protocol.typeddata.BatchSettlement;
import io.myelin.protocol.work.WorkFinding;
import io.myelin.protocol.work.WorkObjection;
import io.myelin.protocol.work.WorkSample;
import io.myelin.v1.AttestRequest;
import io.myelin.v1.DrawnWork;
import io.myelin.v1.ExamineReply.Found;
import io.myelin.validator.testing.GatewaySide;
import io.myelin.validator.testing.ShownWork;
import io.myelin.validator.testing.Validators;
import io.myelin.validator.testing.WorkGround;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one member drew the others hold against a batch too. */
final class WorkToldIT {
  private static final String HONEST = "honest";
  private static final int MEMBERS = WorkGround.MEMBERS;

  private static final WorkChecker MODEL =
      (_, evidence) ->
          CompletableFuture.completedFuture(new WorkFinding.Exact(evidence.getTokensCount()));

  @TempDir static Path folder;
  private static WorkGround ground;
  private static ChainWorld world;
  private static Validators validators;
  private static CommitteeClient committee;

  @BeforeAll
  static void start() throws Exception {
    ground = WorkGround.start(folder, MODEL);
    world = ground.world();
    validators = ground.validators();
    validators.tellEachOther();
    committee = ground.committee();
  }

  @AfterAll
  static void stop() {
    ground.close();
  }

  private static OperatorKey key(int validator) {
    return world.validators().get(validator).operator();
  }

  private static void show(int validator, ShownWork work) {
    ground.show(validator, work, Found.FOUND_EXACT);
  }

  private static String objection(CommitteeClient asked, SettlementBatch batch) throws Exception {
    return WorkGround.objections(asked, batch).getFirst().reason();
  }

  @Test
  void shouldOweAllWhatOneDrewAndWasNotShown() throws Exception {
    GatewaySide side = new GatewaySide(world, 51);
    GatewaySide.Live live = ground.acquainted(side, HONEST);
    ShownWork drawn = ShownWork.drawnBy(world, live, HONEST, List.of(key(0)), 1);
    ShownWork undrawn = ShownWork.drawnBy(world, live, HONEST, List.of(), 1_000);
    for (int i = 1; i < MEMBERS; i++) {
      assertThat(ground.wanted(i, drawn)).isEmpty();
    }

    // The one that drew it is asked alone at first, as by a gateway that looks for three others.
    CommitteeSettings hasty =
        new CommitteeSettings(
            Duration.ofSeconds(2),
            Duration.ofSeconds(2),
            Duration.ofSeconds(2),
            Duration.ZERO,
            Duration.ofMillis(50));
    try (CommitteeClient alone =
        CommitteeClient.connect(
            List.of(validators.url(0)),
            world.chain(),
            world.network(),
            world.gateway().operator(),
            hasty)) {
      var _ =
          catchThrowableOfType(
              NotAgreedException.class,
              () -> alone.reviewAndAttest(WorkGround.batch(side, live, drawn, undrawn)));
    }
    for (int i = 1; i < MEMBERS; i++) {
      int validator = i;
      WorkGround.await(() -> ground.wanted(validator, drawn).equals(List.of(0)));
    }

    // Left out of the batch, it is owed to all of them.
    SettlementBatch without = WorkGround.batch(side, live, undrawn);
    assertThat(WorkObjection.wantedTask(objection(committee, without)))
        .contains(drawn.receipt().receipt().taskId());
    for (int i = 0; i < MEMBERS; i++) {
      show(i, drawn);
    }
    assertThat(side.settle(without, committee.reviewAndAttest(without)).succeeded()).isTrue();
  }

  @Test
  void shouldHearOfDrawsByMembersOnly() throws Exception {
    GatewaySide side = new GatewaySide(world, 52);
    GatewaySide.Live live = ground.acquainted(side, HONEST);
    SettlementBatch _ = WorkGround.batch(side, live, ShownWork.of(world, live, HONEST, 1_000_000));
    ShownWork undrawn = ShownWork.drawnBy(world, live, HONEST, List.of(), 1);
    assertThat(refusal(undrawn, draw(key(0), undrawn))).startsWith("REFUSED_WORK");

    OperatorKey stranger = ChainWorld.key("stranger");
    ShownWork lucky = undrawn;
    for (int task = 2; !lucky.isDrawnBy(stranger); task++) {
      lucky = ShownWork.of(world, live, HONEST, task);
    }
    assertThat(refusal(lucky, draw(stranger, lucky))).startsWith("REFUSED_ASKER");

    ShownWork drawn = ShownWork.drawnBy(world, live, HONEST, List.of(key(1)), 1);
    ShownWork forged =
        new ShownWork(
            SignedReceipt.sign(world.gateway().operator(), drawn.receipt().receipt()),
            drawn.record());
    assertThat(refusal(forged, draw(key(1), undrawn))).startsWith("REFUSED");
    var _ = validators.stub(0).drawn(told(drawn, draw(key(1), drawn)));
    assertThat(ground.wanted(0, drawn)).containsExactly(0);
    show(0, drawn);
  }

  @Test
  void shouldNotSignWhatItHeardOfAfterItsReview() throws Exception {
    GatewaySide side = new GatewaySide(world, 55);
    GatewaySide.Live live = ground.acquainted(side, HONEST);
    ShownWork undrawn = ShownWork.drawnBy(world, live, HONEST, List.of(), 1);
    ShownWork drawn = ShownWork.drawnBy(world, live, HONEST, List.of(key(1)), 1_000);
    SettlementBatch batch = WorkGround.batch(side, live, undrawn);
    try (CommitteeClient all = validators.client(Validators.PATIENT)) {
      assertThat(all.reviewAndAttest(batch)).isNotNull();
    }
    BatchSettlement wanted =
        new BatchSettlement(batch.gateway(), batch.batch(), batch.settlementsDigest());
    AttestRequest request =
        AttestRequest.newBuilder()
            .setGateway(Fields.bytes(batch.gateway()))
            .setBatch(batch.batch())
            .setSet(batch.set())
            .setSettlementsDigest(Fields.bytes(batch.settlementsDigest()))
            .setGatewaySignature(
                ByteString.copyFrom(
                    world.gateway().operator().sign(world.domain().digest(wanted)).bytes()))
            .build();
    assertThat(validators.stub(0).attest(request).getSignature().isEmpty()).isFalse();

    var _ = validators.stub(0).drawn(told(drawn, draw(key(1), drawn)));
    StatusRuntimeException refused =
        catchThrowableOfType(
            StatusRuntimeException.class, () -> validators.stub(0).attest(request));
    assertThat(refused.getStatus().getDescription())
        .startsWith(
            "REFUSED_SESSION: WORK_WANTED: task " + drawn.receipt().receipt().taskId().hex());
    show(0, drawn);
    assertThat(side.settle(batch, committee.reviewAndAttest(batch)).succeeded()).isTrue();
  }

  private static Signature draw(OperatorKey key, ShownWork work) {
    return WorkSample.draw(key, WorkSample.content(work.receipt().receipt()));
  }

  private static DrawnWork told(ShownWork work, Signature draw) {
    return DrawnWork.newBuilder()
        .setReceipt(ByteString.copyFrom(work.json()))
        .setDraw(ByteString.copyFrom(draw.bytes()))
        .build();
  }

  private static String refusal(ShownWork work, Signature draw) {
    StatusRuntimeException refused =
        catchThrowableOfType(
            StatusRuntimeException.class, () -> validators.stub(0).drawn(told(work, draw)));
    assertThat(refused).as("taken in").isNotNull();
    return String.valueOf(refused.getStatus().getDescription());
  }
}

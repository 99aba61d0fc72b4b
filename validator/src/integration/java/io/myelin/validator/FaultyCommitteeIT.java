package io.myelin.validator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.myelin.committee.CommitteeClient;
import io.myelin.committee.CommitteeSettings;
import io.myelin.committee.MemberAnswer;
import io.myelin.committee.NotAgreedException;
import io.myelin.committee.proposal.SettlementBatch;
import io.myelin.contracts.testing.ChainWorld;
import io.myelin.protocol.receipt.SignedReceipt;
import io.myelin.protocol.settlement.SettlementClaim;
import io.myelin.validator.testing.GatewaySide;
import io.myelin.validator.testing.Validators;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Committees of which some are silent, refuse, or sign unread; each of the five always sits. */
final class FaultyCommitteeIT {
  private static final ValidatorFault DOZE = ValidatorFault.DOZE;
  private static final ValidatorFault NO = ValidatorFault.NO;
  private static final ValidatorFault YES = ValidatorFault.YES;

  /** Short, so that the silent are given up soon; long for what is answered. */
  private static final CommitteeSettings SHORT =
      new CommitteeSettings(
          Duration.ofSeconds(5),
          Duration.ofSeconds(8),
          Duration.ofSeconds(8),
          Duration.ofMillis(200),
          Duration.ofMillis(50));

  @TempDir static Path folder;
  private static ChainWorld world;
  private static GatewaySide gateway;

  @BeforeAll
  static void start() throws Exception {
    world = ChainWorld.start(folder, 5, 4);
    gateway = new GatewaySide(world, 3);
  }

  @AfterAll
  static void stop() {
    world.close();
  }

  private static void settle(CommitteeClient committee) throws Exception {
    GatewaySide.Live live = gateway.open(committee, 2, 1);
    SettlementBatch batch = gateway.batch(part(live));
    gateway.settle(batch, committee.reviewAndAttest(batch));
  }

  private static SettlementBatch.Part part(GatewaySide.Live live) {
    List<SignedReceipt> receipts = List.of(gateway.tasks(live).generation(0, 4, 5));
    return gateway.part(live, receipts);
  }

  @Test
  void shouldAgreeWithoutTwo() throws Exception {
    try (Validators validators = Validators.start(world, folder.resolve("a"), DOZE, NO);
        CommitteeClient committee = validators.client(SHORT)) {
      settle(committee);
    }
  }

  @Test
  void shouldSayWhoRefusedWhenThreeDo() throws Exception {
    try (Validators validators = Validators.start(world, folder.resolve("b"), NO, NO, NO);
        CommitteeClient committee = validators.client(SHORT)) {
      NotAgreedException failure =
          catchThrowableOfType(NotAgreedException.class, () -> gateway.open(committee, 2, 1));
      assertThat(failure).hasMessageContaining("3 said REFUSED_BY_FAULT");
      assertThat(failure.details().lines()).hasSize(5);
    }
  }

  @Test
  void shouldGiveUpInTimeWhenThreeAreSilent() throws Exception {
    try (Validators validators = Validators.start(world, folder.resolve("c"), DOZE, DOZE, DOZE);
        CommitteeClient committee = validators.client(SHORT)) {
      long began = System.nanoTime();
      NotAgreedException failure =
          catchThrowableOfType(NotAgreedException.class, () -> gateway.open(committee, 2, 1));
      assertThat(failure).hasMessageContaining("0 of 5").hasMessageContaining("3 said SILENT");
      assertThat(Duration.ofNanos(System.nanoTime() - began))
          .isLessThan(SHORT.total().plus(Duration.ofSeconds(3)));
      assertThat(
              failure.answers().stream()
                  .filter(one -> one.answer() instanceof MemberAnswer.Answer.Unopened))
          .hasSize(2);
    }
  }

  @Test
  void shouldBeDeceivedByAQuorumThatSignsUnread() throws Exception {
    try (Validators validators = Validators.start(world, folder.resolve("d"), YES, YES, YES);
        CommitteeClient committee = validators.client(SHORT)) {
      GatewaySide.Live live = gateway.open(committee, 2, 1);
      SettlementClaim right = part(live).claim();
      List<BigInteger> inflated =
          Collections.nCopies(2, right.earnedWei().getFirst().multiply(BigInteger.TEN));
      SettlementBatch batch =
          gateway.batch(gateway.part(live, right.receiptsRoot(), 1, inflated, List.of()));
      // What docs/contracts.md says of it: a quorum that signs unread is punished afterwards.
      gateway.settle(batch, committee.reviewAndAttest(batch));
    }
  }
}

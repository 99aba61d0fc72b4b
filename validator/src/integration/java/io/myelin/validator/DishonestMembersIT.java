package io.myelin.validator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.myelin.committee.CommitteeClient;
import io.myelin.committee.CommitteeSettings;
import io.myelin.committee.NotAgreedException;
import io.myelin.committee.Quorum;
import io.myelin.committee.proposal.SettlementBatch;
import io.myelin.contracts.testing.ChainWorld;
import io.myelin.engine.check.WorkChecker;
import io.myelin.protocol.receipt.SignedReceipt;
import io.myelin.protocol.work.WorkFinding;
import io.myelin.validator.testing.GatewaySide;
import io.myelin.validator.testing.ShownWork;
import io.myelin.validator.testing.Validators;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Members that copy, and members that accuse together; each of the five always sits. */
final class DishonestMembersIT {
  private static final ValidatorFault COPY = ValidatorFault.COPY;
  private static final ValidatorFault COLLUDE = ValidatorFault.COLLUDE;
  private static final ValidatorFault NO = ValidatorFault.NO;
  private static final WorkChecker HONEST =
      (_, _) -> CompletableFuture.completedFuture(new WorkFinding.Exact(1));

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
  private static GatewaySide.Live live;

  @BeforeAll
  static void start() throws Exception {
    world = ChainWorld.start(folder, 5, 3);
    gateway = new GatewaySide(world, 41);
    try (Validators honest = Validators.start(world, folder.resolve("honest"));
        CommitteeClient committee = honest.client(Validators.QUICK)) {
      live = gateway.open(committee, 2, 1);
    }
  }

  @AfterAll
  static void stop() {
    world.close();
  }

  private static SettlementBatch batch() {
    List<SignedReceipt> receipts = List.of(gateway.tasks(live).generation(0, 4, 5));
    return gateway.batch(gateway.part(live, receipts));
  }

  /** Two read, two refuse: with a copy of a reading that counted there would be three. */
  @Test
  void shouldCountNoReadingThatIsCopied() throws Exception {
    try (Validators validators = Validators.start(world, folder.resolve("copy"), COPY, NO, NO);
        CommitteeClient committee = validators.client(SHORT)) {
      NotAgreedException failure =
          catchThrowableOfType(NotAgreedException.class, () -> committee.reviewAndAttest(batch()));
      assertThat(failure).as("a copied reading counted").isNotNull();
      assertThat(failure.details()).contains("BAD_REVEAL");
    }
  }

  @Test
  void shouldConvictNobodyByTheWordOfTwo() throws Exception {
    ShownWork work = ShownWork.of(world, live, "honest", 1);
    try (Validators validators =
            Validators.start(world, folder.resolve("two"), HONEST, COLLUDE, COLLUDE);
        CommitteeClient committee = validators.client(SHORT)) {
      NotAgreedException failure =
          catchThrowableOfType(
              NotAgreedException.class,
              () -> committee.cases().work(work.record(), work.digest(world)));
      assertThat(failure).as("two of five convict").isNotNull();
      assertThat(failure).hasMessageContaining("3 said REFUSED_WORK");
    }
  }

  /** What {@code docs/contracts.md} says of it: others overturn it, when it is appealed. */
  @Test
  void shouldConvictByTheWordOfThree() throws Exception {
    ShownWork work = ShownWork.of(world, live, "honest", 2);
    try (Validators validators =
            Validators.start(world, folder.resolve("three"), HONEST, COLLUDE, COLLUDE, COLLUDE);
        CommitteeClient committee = validators.client(SHORT)) {
      Quorum quorum = committee.cases().work(work.record(), work.digest(world));
      assertThat(quorum.seatsBits().bitCount()).isEqualTo(3);
    }
  }

  /** Who answers nothing is silent, also about who it is. */
  @Test
  void shouldSayNothingAsleepAndItsNameDozing() throws Exception {
    try (Validators validators =
        Validators.start(
            world, folder.resolve("sleep"), ValidatorFault.SLEEP, ValidatorFault.DOZE)) {
      assertThat(validators.rollCall().take().silent())
          .containsExactly(world.validators().getFirst().owner().address());
    }
  }
}

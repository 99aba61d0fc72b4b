package io.myelin.cli.devnet;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.validator.ValidatorFault;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Validators that fail on purpose, two of five at most: what the others do, and what it costs. */
@Timeout(900)
class FailingValidatorsIT {
  private static final BigInteger TEN = BigInteger.TEN;

  /** More of them for figures. */
  private static final int RUNS = Integer.getInteger("myelin.parties.runs", 1);

  @TempDir private Path data;

  @Test
  void shouldSlashWhoSignsUnread() {
    try (PartyGround ground =
        PartyGround.start(data, 1, 5, "twice@validator-4", "yes@validator-2")) {
      BigInteger wholeWei = ground.scene().stakeWei(2);
      boolean twice = new UnreadStory(ground.scene(), 4, ValidatorFault.TWICE).untilKnown();
      String told = ground.told();
      assertThat(twice).as(told).isTrue();
      assertThat(told).contains("Caught: validator 4", "100 %");
      assertThat(ground.scene().stakeWei(4)).isZero();

      boolean yes = new UnreadStory(ground.scene(), 2, ValidatorFault.YES).untilKnown();
      told = ground.told();
      assertThat(yes).as(told).isTrue();
      assertThat(told).contains("Caught: validator 2", "guilty", "30 %");
      assertThat(ground.scene().stakeWei(2).multiply(TEN))
          .isEqualTo(wholeWei.multiply(BigInteger.valueOf(7)));
      for (int honest : List.of(1, 3, 5)) {
        assertThat(ground.scene().stakeWei(honest)).isEqualTo(wholeWei);
      }
    }
  }

  @Test
  void shouldSettleWithoutWhoRefusesOrCopiesAndPayThemNothing() {
    try (PartyGround ground = PartyGround.start(data, 1, 5, "no@validator-2", "copy@validator-4")) {
      boolean no = new UselessStory(ground.scene(), 2, ValidatorFault.NO).untilKnown();
      String told = ground.told();
      assertThat(no).as(told).isTrue();
      assertThat(told).contains("validator 2 signed 0 of 3 batches", "signed by 3 of 5");

      boolean copy = new UselessStory(ground.scene(), 4, ValidatorFault.COPY).untilKnown();
      told = ground.told();
      assertThat(copy).as(told).isTrue();
      assertThat(told).contains("validator 4 signed 0 of 3 batches", "signed by 3 of 5");
    }
  }

  @Test
  @Timeout(1_500)
  void shouldBenchWhoSleeps() {
    for (int run = 0; run < RUNS; run++) {
      Path folder = data.resolve("run-" + run);
      try (PartyGround ground = PartyGround.start(folder, 1, 6, "sleep@validator-3")) {
        boolean held = new UselessStory(ground.scene(), 3, ValidatorFault.SLEEP).untilKnown();
        String told = ground.told();
        assertThat(held).as(told).isTrue();
        assertThat(told).contains("validator 3 signed 0 of 3 batches", "benched within");
      }
    }
  }

  @Test
  void shouldConvictNobodyByTheWordOfTwoOwners() {
    try (PartyGround ground = PartyGround.start(data, 1, 5, "collude@validator-1+validator-2")) {
      boolean held = new CollusionStory(ground.scene(), List.of(1, 2)).untilKnown();
      String told = ground.told();
      assertThat(held).as(told).isTrue();
      assertThat(told).contains("In vain:", "0 verdicts", "stakes are whole");
    }
  }
}

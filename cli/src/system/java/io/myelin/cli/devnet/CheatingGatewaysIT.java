package io.myelin.cli.devnet;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three gateways that cheat beside an honest one, each found out, and what it lost. */
@Timeout(900)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CheatingGatewaysIT {
  private static final int INFLATES = 2;
  private static final int DROPS = 3;
  private static final int FAVOURS = 4;

  /** One in three is opened as drawn, so all of eight once in 6561 runs; more for figures. */
  private static final int SESSIONS = Integer.getInteger("myelin.parties.sessions", 8);

  private PartyGround ground;

  @BeforeAll
  void start(@TempDir Path data) {
    ground =
        PartyGround.start(
            data, 4, 5, "inflate@gateway-2", "drop-receipts@gateway-3", "favour@gateway-4");
  }

  @AfterAll
  void stop() {
    ground.close();
  }

  @Test
  @Order(1)
  void shouldLoseATenthOfItsBondForReceiptsThatItLeavesOut() {
    BigInteger bondWei = ground.scene().bondWei(DROPS);
    boolean held = new DroppedStory(ground.scene(), DROPS).untilKnown();
    String told = ground.told();
    assertThat(held).as(told).isTrue();
    assertThat(told).contains("Caught: gateway 3", "claimed", "of its bond");
    // Its share of the session covers what it owed, or the bond does; a tenth of that is the fine.
    assertThat(ground.scene().bondWei(DROPS).multiply(BigInteger.TEN))
        .isLessThanOrEqualTo(bondWei.multiply(BigInteger.valueOf(9)));
  }

  @Test
  @Order(2)
  void shouldNotOpenWithAFriendInPlaceOfWhoWasDrawn() {
    FavouredStory story = new FavouredStory(ground.scene(), FAVOURS, SESSIONS);
    boolean held = story.untilKnown();
    String told = ground.told();
    assertThat(held).as(told).isTrue();
    assertThat(told).contains("Caught: gateway 4", "REFUSED_DRAW", "gateway 1   opens");
    assertThat(story.untilRefused()).isNotEmpty();
  }

  /** The last: the chain's clock is put forward by days. */
  @Test
  @Order(3)
  void shouldNotSettleTwiceWhatItsReceiptsSayAndPayItsNodesByItsBond() {
    BigInteger bondWei = ground.scene().bondWei(INFLATES);
    InflatedStory story = new InflatedStory(ground.scene(), INFLATES);
    boolean held = story.untilKnown();
    String told = ground.told();
    assertThat(held).as(told).isTrue();
    assertThat(told).contains("Caught: gateway 2", "before anything was paid");
    boolean paid = story.untilPaid();
    String end = ground.told();
    assertThat(paid).as(end).isTrue();
    assertThat(end).contains("has its budget back", "claimed");
    assertThat(ground.scene().bondWei(INFLATES)).isLessThan(bondWei);
  }
}

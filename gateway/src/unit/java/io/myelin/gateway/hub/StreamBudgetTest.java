package io.myelin.gateway.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.myelin.gateway.hub.StreamBudget.FloodException;
import io.myelin.v1.Challenge;
import io.myelin.v1.Commit;
import io.myelin.v1.Credit;
import io.myelin.v1.GatewayMessage;
import io.myelin.v1.GeneratedChunk;
import io.myelin.v1.Heartbeat;
import io.myelin.v1.HeldTask;
import io.myelin.v1.Hello;
import io.myelin.v1.NodeMessage;
import io.myelin.v1.Offer;
import io.myelin.v1.Refuse;
import io.myelin.v1.TaskChunk;
import java.util.Collections;
import org.junit.jupiter.api.Test;

final class StreamBudgetTest {
  private static final int CREDIT = 64;
  private static final NodeMessage BEAT =
      NodeMessage.newBuilder()
          .setHeartbeat(Heartbeat.newBuilder().setSentAtMillis(1_700_000_000_000L))
          .build();
  private static final GatewayMessage OFFER =
      GatewayMessage.newBuilder().setOffer(Offer.getDefaultInstance()).build();

  private final StreamBudget budget = new StreamBudget(CREDIT, 0);

  /** How many more are taken now. */
  private int left(long nowMillis) {
    int taken = 0;
    while (true) {
      try {
        budget.came(BEAT, nowMillis);
        taken++;
      } catch (FloodException e) {
        return taken;
      }
    }
  }

  @Test
  void shouldTakeWhatWasAskedForAndALittleMore() {
    assertThat(left(0)).isEqualTo(StreamBudget.SPARE);
    assertThat(left(0)).isZero();
    budget.asks(OFFER);
    assertThat(left(0)).isEqualTo(CREDIT + 12);
    budget.asks(GatewayMessage.newBuilder().setCredit(Credit.newBuilder().setChunks(32)).build());
    assertThat(left(0)).isEqualTo(32);
    budget.asks(
        GatewayMessage.newBuilder().setChallenge(Challenge.newBuilder().setExam(true)).build());
    assertThat(left(0)).isGreaterThan(64);
    // Credit that would be negative if it were a signed number is none.
    budget.asks(GatewayMessage.newBuilder().setCredit(Credit.newBuilder().setChunks(-1)).build());
    assertThat(left(0)).isZero();
  }

  @Test
  void shouldBearHeartbeatsForEverAndNoMoreThanAFewASecond() throws Exception {
    for (int second = 1; second <= 10_000; second++) {
      budget.came(BEAT, 1_000L * second);
      budget.came(BEAT, 1_000L * second + 500);
    }
    assertThat(left(10_001_000)).isEqualTo(StreamBudget.SPARE);
    assertThat(left(10_002_000)).isEqualTo(20);
    // A clock that goes back gives nothing.
    assertThat(left(0)).isZero();
  }

  @Test
  void shouldKeepUnusedCreditWithinWhatANodeCanUse() {
    for (int task = 0; task < 10_000; task++) {
      budget.asks(OFFER);
    }
    assertThat(left(0)).isEqualTo(8_192 + StreamBudget.SPARE);
    budget.greeted(
        Hello.newBuilder()
            .setSlots(100)
            .addAllHeld(Collections.nCopies(10, HeldTask.getDefaultInstance()))
            .build());
    assertThat(left(0)).isEqualTo(120);
    for (int task = 0; task < 10_000; task++) {
      budget.asks(OFFER);
    }
    assertThat(left(0)).isEqualTo(8_192 + 4 * 100 * (CREDIT + 12) + 120);
  }

  @Test
  void shouldTakeNoMessageLargerThanItsKindNeeds() throws Exception {
    budget.came(refusal(60 << 10), 0);
    assertThatThrownBy(() -> budget.came(refusal(64 << 10), 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching("REFUSE: 65\\d{3} bytes \\(expected: at most 65536\\)");
    budget.came(
        NodeMessage.newBuilder()
            .setCommit(Commit.newBuilder().setEvidence(ByteString.copyFrom(new byte[1 << 20])))
            .build(),
        0);
  }

  @Test
  void shouldTakeChunksAsLargeAsTheServerDoesAndCountThem() throws Exception {
    NodeMessage large = chunk(8 << 20);
    for (int i = 0; i < StreamBudget.SPARE; i++) {
      budget.came(large, 0);
    }
    assertThatThrownBy(() -> budget.came(large, 0))
        .isInstanceOf(FloodException.class)
        .hasMessageStartingWith("CHUNK: more messages than were asked for")
        .hasMessageContaining("257 messages of");
  }

  private static NodeMessage refusal(int length) {
    return NodeMessage.newBuilder()
        .setRefuse(Refuse.newBuilder().setMessage("x".repeat(length)))
        .build();
  }

  private static NodeMessage chunk(int bytes) {
    return NodeMessage.newBuilder()
        .setChunk(
            TaskChunk.newBuilder()
                .setChunk(
                    GeneratedChunk.newBuilder().setText(ByteString.copyFrom(new byte[bytes]))))
        .build();
  }
}

package io.myelin.protocol.reputation;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.protocol.ids.Digest;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ReputationWordsTest {
  private static final long DAY = 86_400;

  private static Reputation marked(NodeStage stage, int well, int missed) {
    Reputation reputation = Reputation.UNKNOWN;
    for (int i = 0; i < well + missed; i++) {
      reputation = reputation.record(stage, i < missed ? StageMark.TIMEOUT : StageMark.SUCCESS, 0);
    }
    return reputation;
  }

  private static String why(Reputation reputation) {
    return ReputationWords.why(reputation, 0, Optional.empty());
  }

  @Test
  void shouldSayThatNothingIsKnown() {
    assertThat(why(Reputation.UNKNOWN))
        .isEqualTo("drawn a quarter as often as the best: nothing is known of it yet");
  }

  @Test
  void shouldSayWhatWentWrong() {
    assertThat(why(marked(NodeStage.PING, 5, 5)))
        .isEqualTo("drawn 23.6 % as often as the best: 5 of 10 calls were not answered (ping)");
    assertThat(why(marked(NodeStage.COMMIT, 0, 1)))
        .isEqualTo(
            "drawn least of all, a hundredth as often as the best: 1 of 1 answers to deliver on"
                + " chain did not come, or not as bound (commit)");
  }

  @Test
  void shouldSayThatMoreWouldHaveToBeKnown() {
    assertThat(why(marked(NodeStage.END, 1, 0)))
        .isEqualTo(
            "drawn a quarter as often as the best: nothing bad is known of it, and most of paid"
                + " sessions (1 of 1 well, end)");
    assertThat(why(marked(NodeStage.END, 100, 0)))
        .isEqualTo(
            "drawn 96.3 % as often as the best: nothing bad is known of it, and most of paid"
                + " sessions (100 of 100 well, end)");
    assertThat(why(marked(NodeStage.COMMIT, 99, 1).record(NodeStage.END, StageMark.SUCCESS, 0)))
        .endsWith(": 1 of 100 answers to deliver on chain did not come, or not as bound (commit)");
  }

  @Test
  void shouldSayThatSomethingIsLongAgo() {
    assertThat(ReputationWords.why(marked(NodeStage.PING, 0, 1), 40 * DAY, Optional.empty()))
        .endsWith(": what it missed long ago is not forgotten yet (ping)");
    assertThat(ReputationWords.why(marked(NodeStage.PING, 0, 1), 400 * DAY, Optional.empty()))
        .isEqualTo("drawn a quarter as often as the best: nothing is known of it yet");
  }

  @Test
  void shouldNameTheVerdictAndSayWhatToDo() {
    Suspension fraud = new Suspension(true, Digest.ZERO, 1_764_000_000L);
    assertThat(ReputationWords.why(marked(NodeStage.END, 9, 0), 0, Optional.of(fraud)))
        .isEqualTo(
            "suspended by a verdict on 2025-11-24 16:00 UTC, evidence 0x"
                + "0".repeat(64)
                + ": a committee found work of it to be false; never drawn, and no time ends that");
    assertThat(ReputationWords.advice(fraud))
        .contains("weights", "./myelin stake node appeal", "./myelin stake node add");
    Suspension other = new Suspension(false, Digest.ZERO, 0);
    assertThat(ReputationWords.suspended(other)).contains("may not serve");
    assertThat(ReputationWords.advice(other))
        .startsWith("ask the validators")
        .contains("no validator signs one yet");
  }
}

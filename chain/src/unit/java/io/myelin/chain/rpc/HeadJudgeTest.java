package io.myelin.chain.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.chain.BlockHeader;
import io.myelin.chain.BlockRef;
import io.myelin.protocol.ids.Digest;
import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.Test;

final class HeadJudgeTest {
  private static HeadJudge.Claim claim(int endpoint, long number, boolean shown) {
    return new HeadJudge.Claim(
        endpoint,
        new BlockHeader(new BlockRef(number, Digest.ZERO), Digest.ZERO, 0, BigInteger.ZERO),
        shown);
  }

  @Test
  void shouldTakeTheHighestThatAnotherSupports() {
    var verdict =
        HeadJudge.judge(List.of(claim(0, 100, true), claim(1, 98, true), claim(2, 5_000, true)), 5);

    assertThat(verdict.head()).hasValueSatisfying(head -> assertThat(head.number()).isEqualTo(100));
    assertThat(verdict.lying()).containsExactly(2);
    assertThat(verdict.lagging()).isEmpty();
  }

  @Test
  void shouldLeaveWhatIsBehind() {
    var verdict =
        HeadJudge.judge(List.of(claim(0, 50, true), claim(1, 98, true), claim(2, 100, true)), 5);

    assertThat(verdict.lagging()).containsExactly(0);
  }

  @Test
  void shouldNotCountAHeadThatWasNotShown() {
    var verdict = HeadJudge.judge(List.of(claim(0, 1_100, false), claim(1, 100, true)), 5);

    assertThat(verdict.head()).hasValueSatisfying(head -> assertThat(head.number()).isEqualTo(100));
    assertThat(verdict.lying()).containsExactly(0);
  }

  @Test
  void shouldHaveNoHeadWithoutClaims() {
    assertThat(HeadJudge.judge(List.of(), 5).head()).isEmpty();
  }
}

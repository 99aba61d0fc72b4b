package io.myelin.gateway.chain;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.contracts.NodePool;
import io.myelin.gateway.chain.Committee.NoQuorumException;
import io.myelin.gateway.chain.Committee.NoQuorumException.Why;
import io.myelin.gateway.hub.SlowExamException;
import io.myelin.protocol.ids.Address;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** What a test that did not go through says of its node. */
final class TestEndTest {
  private final Exception refused = new NoQuorumException("3 said REFUSED", Why.REFUSED);
  private final Exception slow = new ExecutionException(SlowExamException.unfinished(46, 256));
  private final Exception gone =
      new ExecutionException(new IllegalStateException("connection lost"));

  private static NodePool.Node node(long standing, long untested, long round) {
    return new NodePool.Node(Address.ZERO, 4, 0, untested, standing, round);
  }

  @Test
  void shouldBlameANodeForWhatWasFoundOfItOnly() {
    assertThat(TestEnd.of(refused, true)).isEqualTo(TestEnd.FAILED);
    assertThat(TestEnd.of(slow, true)).isEqualTo(TestEnd.FAILED);
    assertThat(TestEnd.of(gone, true)).isEqualTo(TestEnd.NO_PROOF);
    // Busy members count as silent ones.
    for (Exception other :
        List.of(
            new NoQuorumException("3 said SILENT", Why.SILENT),
            new NoQuorumException("draw again", Why.POOL_MOVED),
            new TimeoutException(),
            new IllegalStateException("reverted"))) {
      assertThat(TestEnd.of(other, true)).as("%s", other).isEqualTo(TestEnd.NOT_ITS_DOING);
    }
    assertThat(TestEnd.FAILED.isItsDoing()).isTrue();
    assertThat(TestEnd.NO_PROOF.isItsDoing()).isTrue();
    assertThat(TestEnd.NOT_ITS_DOING.isItsDoing()).isFalse();
    assertThat(TestEnd.OVERTAKEN.isItsDoing()).isFalse();
  }

  @Test
  void shouldSayNothingOfANodeThatAnotherGatewayBroughtIn() {
    for (Exception failure : List.of(refused, slow, gone, new IllegalStateException("reverted"))) {
      assertThat(TestEnd.of(failure, false)).as("%s", failure).isEqualTo(TestEnd.OVERTAKEN);
    }
  }

  @Test
  void shouldKnowWhoStillWaitsForARound() {
    assertThat(TestEnd.waits(node(1, 0, 7), 7)).isTrue();
    assertThat(TestEnd.waits(node(2, 1, 7), 7)).isTrue();
    assertThat(TestEnd.waits(node(2, 0, 7), 7)).isFalse();
    assertThat(TestEnd.waits(node(2, 0, 8), 7)).isFalse();
    assertThat(TestEnd.waits(node(1, 0, 8), 7)).isFalse();
    assertThat(TestEnd.waits(node(3, 0, 7), 7)).isFalse();
  }
}

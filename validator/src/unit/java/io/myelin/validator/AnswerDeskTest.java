package io.myelin.validator;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.myelin.protocol.cognitive.RoundVerdict.Found;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.work.WorkFinding;
import io.myelin.v1.Evidence;
import io.myelin.v1.GenerationResult;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.RoundContent;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which answers of a round are wrong before any model looks at them. */
class AnswerDeskTest {
  private final AnswerDesk desk =
      new AnswerDesk(
          (_, _) -> CompletableFuture.completedFuture(new WorkFinding.Undecided("as played")));

  @AfterEach
  void close() {
    desk.close();
  }

  private Found found(ByteString weights, int tokens) throws Exception {
    RoundContent content =
        RoundContent.newBuilder()
            .setEvidence(Evidence.newBuilder().setWeightsDigest(weights))
            .setResult(GenerationResult.newBuilder().setOutputTokens(tokens))
            .build();
    return desk.check(GenerationSpec.getDefaultInstance(), content)
        .await(System.nanoTime() + TimeUnit.SECONDS.toNanos(10))
        .found();
  }

  @Test
  void shouldHoldNodesToTheirTokensAndUpstreamsToNothing() throws Exception {
    ByteString named = ByteString.copyFrom(Sha256.hash(new byte[] {1}).bytes());
    assertThat(found(named, 5)).isEqualTo(Found.WRONG);
    assertThat(found(named, 0)).isEqualTo(Found.NEITHER);
    // Another server's model tells no numbers.
    assertThat(found(ByteString.EMPTY, 5)).isEqualTo(Found.NEITHER);
    assertThat(found(ByteString.copyFrom(Digest.ZERO.bytes()), 5)).isEqualTo(Found.NEITHER);
  }
}

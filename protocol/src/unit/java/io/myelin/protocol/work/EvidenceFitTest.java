package io.myelin.protocol.work;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.stream.HashChain;
import io.myelin.protocol.typeddata.TaskCommit;
import io.myelin.v1.Evidence;
import io.myelin.v1.GeneratedChunk;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.TokenLogprob;
import io.myelin.v1.WorkRecord;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class EvidenceFitTest {
  private static final TaskId TASK = TaskId.of(Sha256.hash(new byte[] {1}).bytes());

  private static final Evidence WHOLE =
      Evidence.newBuilder()
          .addChunks(
              GeneratedChunk.newBuilder().addTokens(5).setText(ByteString.copyFromUtf8("hello")))
          .addTokens(TokenLogprob.newBuilder().setToken(5))
          .setWeightsDigest(ByteString.copyFrom(TASK.bytes()))
          .build();

  private static Digest head(Evidence evidence) {
    return HashChain.over(TASK, evidence.getChunksList());
  }

  private static Digest text(String text) {
    return Sha256.hash(text.getBytes(StandardCharsets.UTF_8));
  }

  private static SignedWork work(Digest head, Digest text, Evidence evidence) {
    return work(head, text, evidence, evidence.getPrefixTokensCount() + evidence.getTokensCount());
  }

  private static SignedWork work(Digest head, Digest text, Evidence evidence, int outputTokens) {
    TaskCommit commit =
        new TaskCommit(
            TASK,
            SessionId.of(Digest.ZERO.bytes()),
            Address.ZERO,
            1,
            Digest.ZERO,
            head,
            text,
            Digest.ZERO,
            1,
            outputTokens,
            1);
    return new SignedWork(
        Address.ZERO,
        commit,
        GenerationSpec.getDefaultInstance(),
        evidence,
        WorkRecord.getDefaultInstance());
  }

  @Test
  void shouldFitItsOwnStream() {
    assertThat(EvidenceFit.misfit(work(head(WHOLE), text("hello"), WHOLE))).isEmpty();
  }

  @Test
  void shouldNotFitAnothersStreamTextOrTokens() {
    assertThat(EvidenceFit.misfit(work(HashChain.genesis(TASK), text("hello"), WHOLE)))
        .hasValueSatisfying(lie -> assertThat(lie.detail()).contains("the stream it committed to"));
    assertThat(EvidenceFit.misfit(work(head(WHOLE), text("HELLO"), WHOLE)))
        .hasValueSatisfying(lie -> assertThat(lie.detail()).contains("the output it committed to"));
    Evidence more = WHOLE.toBuilder().addTokens(TokenLogprob.newBuilder().setToken(6)).build();
    assertThat(EvidenceFit.misfit(work(head(WHOLE), text("hello"), more)))
        .hasValueSatisfying(lie -> assertThat(lie.kind()).isEqualTo(WorkFinding.Kind.MALFORMED));
    // Another server does not tell of every token.
    assertThat(
            EvidenceFit.misfit(
                work(head(WHOLE), text("hello"), more.toBuilder().clearWeightsDigest().build())))
        .isEmpty();
  }

  @Test
  void shouldNotFitMoreTokensThanItHas() {
    assertThat(EvidenceFit.misfit(work(head(WHOLE), text("hello"), WHOLE, 2)))
        .hasValueSatisfying(
            lie -> assertThat(lie.detail()).contains("2 output tokens (expected: the 1 of"));
  }

  @Test
  void shouldProveNothingOfABeginningThatOthersMade() {
    Evidence later = WHOLE.toBuilder().addPrefixTokens(4).build();
    assertThat(EvidenceFit.misfit(work(HashChain.genesis(TASK), text("said hello"), later, 3)))
        .hasValueSatisfying(lie -> assertThat(lie.detail()).contains("the 2 of its evidence"));
    assertThat(EvidenceFit.misfit(work(HashChain.genesis(TASK), text("said hello"), later)))
        .isEmpty();
  }
}

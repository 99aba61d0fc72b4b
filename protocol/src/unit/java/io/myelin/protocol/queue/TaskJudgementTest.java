package io.myelin.protocol.queue;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.myelin.protocol.commitment.WorkDigest;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.settlement.SessionTail;
import io.myelin.v1.FinishReason;
import io.myelin.v1.GenerationSpec;
import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.Test;

class TaskJudgementTest {
  private static final Address ONE = Address.parse("0x00000000000000000000000000000000000000aa");
  private static final Address TWO = Address.parse("0x00000000000000000000000000000000000000bb");
  private static final GenerationSpec SPEC =
      GenerationSpec.newBuilder().setModel("words").setText("Count.").setMaxTokens(8).build();
  private static final SessionTail TAIL =
      new SessionTail(
          Digest.ZERO,
          SessionTail.modelIdOf("words"),
          1,
          BigInteger.ONE,
          BigInteger.ONE,
          2,
          0,
          Digest.ZERO,
          1);
  private static final int STOP = FinishReason.FINISH_REASON_STOP_VALUE;
  private static final int LENGTH = FinishReason.FINISH_REASON_LENGTH_VALUE;

  private static QueueTask task(GenerationSpec spec) {
    return new QueueTask(
        TaskId.of(Digest.ZERO.bytes()),
        SessionId.of(Digest.ZERO.bytes()),
        WorkDigest.of(spec),
        QueuePhase.COMMITTED,
        BigInteger.TEN,
        100,
        8,
        1,
        0,
        0,
        2,
        List.of());
  }

  private static QueueReveal primary(String text, long prompt, long output, int finish) {
    return reveal(ONE, true, text, ByteString.copyFromUtf8(text), prompt, output, finish);
  }

  private static QueueReveal replica(String text, long output) {
    return reveal(TWO, false, text, ByteString.EMPTY, 7, output, STOP);
  }

  private static QueueReveal reveal(
      Address node,
      boolean primary,
      String text,
      ByteString onChain,
      long prompt,
      long output,
      int finish) {
    return new QueueReveal(
        primary ? 1 : 2,
        node,
        primary,
        Digest.ZERO,
        Sha256.hash(ByteString.copyFromUtf8(text).toByteArray()),
        Digest.ZERO,
        prompt,
        output,
        finish,
        onChain);
  }

  private static String problem(QueueReveal... reveals) {
    return TaskJudgement.judge(task(SPEC), TAIL, SPEC.toByteString(), List.of(reveals))
        .problem()
        .orElse("");
  }

  @Test
  void shouldAcceptWhatIsAsItShouldBe() {
    assertThat(problem(primary("one two", 7, 2, STOP))).isEmpty();
    assertThat(problem(primary("one two", 7, 2, STOP), replica("one two", 2))).isEmpty();
    assertThat(problem(primary("", 7, 0, STOP))).isEmpty();
    assertThat(problem(primary("a b c d e f g h", 7, 8, LENGTH))).isEmpty();
  }

  @Test
  void shouldRejectAnAnswerThatIsNotOnChain() {
    QueueReveal hidden = reveal(ONE, true, "one two", ByteString.EMPTY, 7, 2, STOP);

    assertThat(problem(hidden)).contains("0 bytes on chain");
  }

  @Test
  void shouldRejectCountsAndReasonsThatCannotBe() {
    assertThat(problem(primary("one", 7, 9, STOP))).contains("outputTokens: 9");
    assertThat(problem(primary("one", 0, 1, STOP))).contains("promptTokens: 0");
    assertThat(problem(primary("one", 101, 1, STOP))).contains("promptTokens: 101");
    assertThat(problem(primary("one", 7, 0, STOP))).contains("of no token");
    assertThat(problem(primary("", 7, 0, LENGTH))).contains("finishReason");
    assertThat(problem(primary("one", 7, 1, FinishReason.FINISH_REASON_CANCELLED_VALUE)))
        .contains("finishReason");
    assertThat(problem(primary("one", 7, 1, FinishReason.FINISH_REASON_TOOL_CALLS_VALUE)))
        .contains("finishReason");
    assertThat(problem(primary("one", 7, 1, 77))).contains("finishReason: 77");
  }

  @Test
  void shouldRejectReplicasThatDisagree() {
    assertThat(problem(primary("one two", 7, 2, STOP), replica("one too", 2)))
        .contains(TWO.toString());
    assertThat(problem(primary("one two", 7, 2, STOP), replica("one two", 3)))
        .contains(TWO.toString());
  }

  @Test
  void shouldRejectWorkThatIsNotWhatTheSessionIsFor() {
    GenerationSpec other = SPEC.toBuilder().setModel("numbers").build();
    GenerationSpec endless = SPEC.toBuilder().setMaxTokens(0).build();
    GenerationSpec longer = SPEC.toBuilder().setMaxTokens(9).build();

    assertThat(TaskJudgement.misfit(task(other), other, TAIL))
        .hasValueSatisfying(why -> assertThat(why).contains("numbers"));
    assertThat(TaskJudgement.misfit(task(endless), endless, TAIL)).isPresent();
    assertThat(TaskJudgement.misfit(task(longer), longer, TAIL)).isPresent();
    assertThat(TaskJudgement.misfit(task(SPEC), SPEC, TAIL)).isEmpty();
  }

  @Test
  void shouldRejectASpecThatIsNotTheOneOnChain() {
    assertThat(
            TaskJudgement.judge(
                    task(SPEC), TAIL, ByteString.EMPTY, List.of(primary("one", 7, 1, STOP)))
                .accepted())
        .isFalse();
    assertThat(
            TaskJudgement.judge(
                    task(SPEC),
                    TAIL,
                    SPEC.toBuilder().setText("Sing.").build().toByteString(),
                    List.of(primary("one", 7, 1, STOP)))
                .accepted())
        .isFalse();
  }
}

package io.myelin.gateway.hub;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.typeddata.NodeHello;
import io.myelin.protocol.work.Exam;
import io.myelin.v1.ExamAnswer;
import io.myelin.v1.Hello;
import io.myelin.v1.ServedModel;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How long an exam in three models is waited for. */
final class OpenExamTest {
  private static final int CONTEXT = 256;

  private final OpenExam exam = exam();

  private static OpenExam exam() {
    Hello.Builder hello = Hello.newBuilder();
    for (String model : new String[] {"a", "b", "c"}) {
      hello.addModels(
          ServedModel.newBuilder()
              .setId(model)
              .setWeightsDigest(ByteString.copyFrom(Digest.parse("07".repeat(32)).bytes())));
    }
    return new OpenExam(
        new NodeHello(Address.ZERO, Digest.ZERO, Address.ZERO, 1, Digest.ZERO),
        hello.build(),
        CONTEXT,
        0);
  }

  @Test
  void shouldNotWaitForASilentNodeAsLongAsForAllItsModels() {
    assertThat(exam.firstAllowedSeconds()).isEqualTo(Exam.allowedSeconds(1, CONTEXT));
    assertThat(exam.allowedSeconds())
        .isEqualTo(Exam.allowedSeconds(3, CONTEXT))
        .isGreaterThan(exam.firstAllowedSeconds());
    exam.firstOverdue();
    assertThat(exam.done())
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withCauseInstanceOf(SlowExamException.class)
        .withMessageContaining("the first answer of the exam over 256 words")
        .withMessageContaining("in the " + exam.firstAllowedSeconds() + " s allowed");
  }

  @Test
  void shouldWaitForTheOtherModelsOnceAnAnswerIsThere() {
    exam.answered(ExamAnswer.newBuilder().setModel("a").build(), 1_000);
    exam.firstOverdue();
    assertThat(exam.done()).isNotDone();
    exam.overdue();
    assertThat(exam.done())
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withMessageContaining("too slow: the exam over 256 words")
        .withMessageContaining("in the " + exam.allowedSeconds() + " s allowed")
        .withMessageContaining("all models together in 300 s at most");
  }
}

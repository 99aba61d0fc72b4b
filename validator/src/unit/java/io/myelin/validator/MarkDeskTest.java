package io.myelin.validator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.myelin.protocol.usefulness.Marks;
import io.myelin.v1.MarkReply;
import io.myelin.v1.MarkRequest;
import io.myelin.v1.QuestionAndAnswer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What comes of marks when time runs out. */
final class MarkDeskTest {
  /** Marks what it is asked first, and never comes to an end with what says so. */
  private final MarkDesk desk =
      new MarkDesk(
          Optional.of(
              (_, answer) ->
                  answer.equals("long")
                      ? new CompletableFuture<>()
                      : CompletableFuture.completedFuture(new Marks(700, answer.length()))),
          Duration.ofMillis(50).toNanos());

  private static MarkRequest asking(String... answers) {
    MarkRequest.Builder request = MarkRequest.newBuilder();
    for (String answer : answers) {
      request.addAnswers(QuestionAndAnswer.newBuilder().setQuestion("Why?").setAnswer(answer));
    }
    return request.build();
  }

  @Test
  void shouldGiveTheMarksThatThereWasTimeFor() throws RefusedException {
    MarkReply reply = desk.mark(asking("a", "ab", "long", "abc"));
    assertThat(reply.getMarksList()).extracting(one -> one.getCorrectness()).containsExactly(1, 2);
  }

  @Test
  void shouldRefuseWhereThereWasTimeForNone() {
    assertThatThrownBy(() -> desk.mark(asking("long", "a")))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("not marked in time");
  }
}

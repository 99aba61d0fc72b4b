package io.myelin.committee;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.work.WorkObjection;
import io.myelin.v1.ReviewReply;
import io.myelin.v1.SessionReview;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What is made of members' objections. */
class BatchAskTest {
  private static final TaskId TASK = task(1);
  private static final SessionId SESSION = SessionId.of(Sha256.hash(new byte[] {9}).bytes());
  private static final Address LIAR = Address.parse("0x00000000000000000000000000000000000000a1");
  private static final Address HONEST = Address.parse("0x00000000000000000000000000000000000000a2");

  @Test
  void shouldNameTheNodeThatMostMembersName() {
    String slander = WorkObjection.provenFalse(TASK, HONEST, "made up");
    String one = WorkObjection.provenFalse(TASK, LIAR, "LOGPROBS at 3");
    String other = WorkObjection.provenFalse(TASK, LIAR, "in other words");
    assertThat(BatchAsk.usual(List.of(slander, one, other))).isEqualTo(one);
    assertThat(BatchAsk.usual(List.of(other, slander, one))).isEqualTo(other);
    assertThat(BatchAsk.usual(List.of(slander))).isEqualTo(slander);
  }

  private static TaskId task(int number) {
    return TaskId.of(Sha256.hash(new byte[] {(byte) number}).bytes());
  }

  private static String lie(int task) {
    return WorkObjection.provenFalse(task(task), LIAR, "LOGPROBS at 3");
  }

  private static SessionReview review(String reason, String... more) {
    return SessionReview.newBuilder()
        .setSessionId(ByteString.copyFrom(SESSION.bytes()))
        .setReason(reason)
        .addAllMore(List.of(more))
        .build();
  }

  private static ReviewReply reply(SessionReview... reviews) {
    return ReviewReply.newBuilder().addAllSessions(List.of(reviews)).build();
  }

  private static Map<TaskId, Integer> members(ReviewReply... replies) {
    return BatchAsk.badSessions(List.of(SESSION), List.of(replies)).stream()
        .collect(
            Collectors.toMap(
                bad -> WorkObjection.falseTask(bad.reason()).orElseThrow(),
                NotAgreedException.BadSession::members));
  }

  @Test
  void shouldTellOfAllThatIsFalseInASession() {
    assertThat(
            members(
                reply(review(lie(1), lie(2), lie(3))),
                reply(review(lie(2), lie(1))),
                reply(review(lie(1), "WRONG_EARNED: not of work"))))
        .containsExactlyInAnyOrderEntriesOf(Map.of(task(1), 3, task(2), 2, task(3), 1));
  }

  @Test
  void shouldCountAMemberOnce() {
    SessionReview said = review(lie(1), lie(2), lie(2));
    assertThat(members(reply(said, said, said), reply(review(lie(1)))))
        .containsExactlyInAnyOrderEntriesOf(Map.of(task(1), 2, task(2), 1));
  }
}

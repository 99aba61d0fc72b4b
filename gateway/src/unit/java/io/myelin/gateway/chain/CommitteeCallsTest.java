package io.myelin.gateway.chain;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.committee.NotAgreedException.BadSession;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.work.WorkObjection;
import org.junit.jupiter.api.Test;

/** What members' words change about a batch. */
final class CommitteeCallsTest {
  private static final int SEATS = 5;
  private static final int QUORUM = 3;
  private static final TaskId TASK = TaskId.of(new byte[TaskId.LENGTH]);

  private static boolean isLeftOut(int members, String reason) {
    SessionId session = SessionId.of(new byte[SessionId.LENGTH]);
    return CommitteeCalls.isLeftOut(new BadSession(session, members, reason), SEATS, QUORUM);
  }

  @Test
  void shouldAskForTheSameBatchAgainWhereFewObjectToWork() {
    for (String reason :
        new String[] {
          WorkObjection.wanted(TASK), WorkObjection.provenFalse(TASK, Address.ZERO, "by one")
        }) {
      assertThat(isLeftOut(2, reason)).as(reason).isFalse();
      assertThat(isLeftOut(3, reason)).as(reason).isTrue();
    }
  }

  @Test
  void shouldLeaveOutWhatAnybodyCanSeeToBeWrong() {
    assertThat(isLeftOut(1, "WRONG_SUMS: 1 (expected: 2)")).isTrue();
  }
}

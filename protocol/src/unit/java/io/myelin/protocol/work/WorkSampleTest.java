package io.myelin.protocol.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.TaskId;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WorkSampleTest {
  private static final int TASKS = 40_000;

  private static OperatorKey key(int number) {
    return OperatorKey.of(Sha256.hash(new byte[] {(byte) number}).bytes());
  }

  private static Digest luck(int number) {
    return Sha256.hash(ByteBuffer.allocate(4).putInt(number).array());
  }

  @Test
  void shouldDrawTheShareOfEachLevel() {
    long drawn =
        IntStream.range(0, TASKS)
            .filter(task -> WorkSample.isDrawn(luck(task), VerificationLevel.SAMPLED))
            .count();
    // Four standard deviations.
    assertThat(drawn).isBetween(400L - 80, 400L + 80);
    assertThat(
            IntStream.range(0, TASKS)
                .filter(task -> WorkSample.isDrawn(luck(task), VerificationLevel.REDUNDANT))
                .count())
        .isEqualTo(drawn);
    assertThat(WorkSample.isDrawn(luck(1), VerificationLevel.FULL)).isTrue();
    assertThat(IntStream.range(0, TASKS).mapToObj(WorkSampleTest::luck))
        .noneMatch(one -> WorkSample.isDrawn(one, VerificationLevel.NONE));
  }

  private static Digest drawn(int key, int task, Digest... works) {
    Digest content = WorkSample.content(TaskId.of(luck(task).bytes()), List.of(works));
    return WorkSample.luck(WorkSample.draw(key(key), content));
  }

  @Test
  void shouldBeTheSameAgainAndAnothersForAnother() {
    assertThat(drawn(1, 7, luck(1))).isEqualTo(drawn(1, 7, luck(1)));
    assertThat(drawn(1, 7, luck(1))).isNotEqualTo(drawn(2, 7, luck(1)));
    assertThat(drawn(1, 7, luck(1))).isNotEqualTo(drawn(1, 8, luck(1)));
  }

  @Test
  void shouldDrawAnewForOtherWorkOfTheSameTaskAndNotForAnotherOrder() {
    assertThat(drawn(1, 7, luck(1))).isNotEqualTo(drawn(1, 7, luck(2)));
    assertThat(drawn(1, 7, luck(1))).isNotEqualTo(drawn(1, 7, luck(1), luck(2)));
    assertThat(drawn(1, 7, luck(1), luck(2))).isEqualTo(drawn(1, 7, luck(2), luck(1)));
  }

  @Test
  void shouldNameLevelsAsTheyAreSigned() {
    assertThat(VerificationLevel.of(1)).contains(VerificationLevel.SAMPLED);
    assertThat(VerificationLevel.of(9)).isEmpty();
    assertThat(VerificationLevel.ofReceipt("commitments")).contains(VerificationLevel.NONE);
    assertThat(VerificationLevel.ofReceipt("full")).contains(VerificationLevel.FULL);
    assertThat(VerificationLevel.parse("Full")).isEqualTo(VerificationLevel.FULL);
    assertThat(VerificationLevel.parse("redundant")).isEqualTo(VerificationLevel.REDUNDANT);
    assertThat(VerificationLevel.ofReceipt("redundant")).contains(VerificationLevel.REDUNDANT);
    assertThatThrownBy(() -> VerificationLevel.parse("twice"))
        .hasMessage("verification: twice (expected: none, sampled, redundant, full)");
  }

  @Test
  void shouldFindTheTaskInAnObjectionAndInNothingElse() {
    TaskId task = TaskId.of(luck(3).bytes());
    assertThat(WorkObjection.falseTask(WorkObjection.provenFalse(task, Address.ZERO, "why")))
        .contains(task);
    assertThat(WorkObjection.falseTask(WorkObjection.wanted(task))).isEmpty();
    assertThat(WorkObjection.wantedTask(WorkObjection.wanted(task))).contains(task);
    Address liar = Address.parse("0x" + "ab".repeat(20));
    assertThat(WorkObjection.falseNode(WorkObjection.provenFalse(task, liar, "why")))
        .contains(liar);
    assertThat(WorkObjection.falseNode(WorkObjection.wanted(task))).isEmpty();
    assertThat(WorkObjection.falseNode("PROVEN_FALSE: task " + task.hex() + ": node 0x1"))
        .isEmpty();
    assertThat(WorkObjection.wantedTask(WorkObjection.provenFalse(task, Address.ZERO, "why")))
        .isEmpty();
    assertThat(WorkObjection.falseTask("PROVEN_FALSE: task 12")).isEmpty();
    assertThat(WorkObjection.falseTask("PROVEN_FALSE: task " + "z".repeat(64))).isEmpty();
  }
}

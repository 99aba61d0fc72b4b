package io.myelin.committee;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.work.WorkObjection;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is made of members' objections. */
class BatchAskTest {
  private static final TaskId TASK = TaskId.of(Sha256.hash(new byte[] {1}).bytes());
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
}

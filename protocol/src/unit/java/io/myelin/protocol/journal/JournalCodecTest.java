package io.myelin.protocol.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.session.SessionEvent;
import io.myelin.protocol.task.TaskEvent;
import io.myelin.protocol.task.TaskFixtures;
import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.Test;

final class JournalCodecTest {
  private static final String NODE = "0x" + "0".repeat(39) + "1";

  @Test
  void anEventIsOneReadableLine() throws Exception {
    TaskEvent event = new TaskEvent.Acked(Address.parse(NODE), 2);
    String line = "{\"type\":\"acked\",\"node\":\"" + NODE + "\",\"attempt\":2}";
    assertThat(JournalCodec.TASK_EVENT.encode(event)).isEqualTo(line);
    assertThat(JournalCodec.TASK_EVENT.decode(line)).isEqualTo(event);
  }

  @Test
  void moneyIsText() throws Exception {
    SessionEvent event = new SessionEvent.Funded(BigInteger.TWO.pow(200));
    String line = JournalCodec.SESSION_EVENT.encode(event);
    assertThat(line).contains("\"" + BigInteger.TWO.pow(200) + "\"");
    assertThat(JournalCodec.SESSION_EVENT.decode(line)).isEqualTo(event);
  }

  @Test
  void termsComeBackWhole() throws Exception {
    String line = JournalCodec.TASK_TERMS.encode(TaskFixtures.terms(3));
    assertThat(JournalCodec.TASK_TERMS.decode(line)).isEqualTo(TaskFixtures.terms(3));
  }

  @Test
  void whatIsNotExactlyAnEntryIsAnError() {
    List<String> bad =
        List.of(
            "",
            "null",
            "{",
            "[]",
            "{\"type\":\"no_such_event\"}",
            "{\"node\":\"" + NODE + "\",\"attempt\":2}",
            "{\"type\":\"acked\",\"node\":\"" + NODE + "\"}",
            "{\"type\":\"acked\",\"node\":\"" + NODE + "\",\"attempt\":null}",
            "{\"type\":\"acked\",\"node\":\"" + NODE + "\",\"attempt\":2.5}",
            "{\"type\":\"acked\",\"node\":\"" + NODE + "\",\"attempt\":2,\"more\":1}",
            "{\"type\":\"acked\",\"node\":\"0x12\",\"attempt\":2}",
            "{\"type\":\"acked\",\"node\":null,\"attempt\":2}",
            "{\"type\":\"no_node_available\"} {}");
    for (String line : bad) {
      assertThatThrownBy(() -> JournalCodec.TASK_EVENT.decode(line))
          .as(line)
          .isInstanceOf(JournalFormatException.class)
          .hasMessageContaining("expected: a TaskEvent");
    }
  }
}

package io.myelin.cli.receipt;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.gateway.openai.OpenAiWorkReader;
import io.myelin.gateway.task.Submission;
import io.myelin.protocol.commitment.WorkDigest;
import io.myelin.v1.GenerationSpec;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class AskedWorkTest {
  private static final long TOLD_SECONDS = 1_790_000_000L;
  private static final String CHAT =
      """
      {"model":"m","messages":[{"role":"user","content":"Hello"}],"seed":7,"temperature":0.5}
      """;

  private static ObjectNode json(String text) throws Exception {
    return (ObjectNode) new ObjectMapper().readTree(text);
  }

  /** What a gateway makes of it at that time. */
  private static GenerationSpec submitted(String body) throws Exception {
    OpenAiWorkReader gateway =
        new OpenAiWorkReader(() -> 99, () -> Instant.ofEpochSecond(TOLD_SECONDS));
    return ((Submission.Work.Generate) gateway.read("chat", json(body))).spec();
  }

  @Test
  void theTimeAGatewayToldIsFound() throws Exception {
    GenerationSpec spec = submitted(CHAT);
    ObjectNode sent = json(CHAT).put("stream", true);
    sent.putObject("stream_options").put("include_usage", true);
    assertThat(AskedWork.of(sent, WorkDigest.of(spec), TOLD_SECONDS)).isEqualTo(spec);
    assertThat(AskedWork.of(sent, WorkDigest.of(spec), TOLD_SECONDS + 3_600)).isEqualTo(spec);
  }

  @Test
  void otherWorkOrAnotherTimeIsNotTakenForIt() throws Exception {
    GenerationSpec spec = submitted(CHAT);
    ObjectNode other = json(CHAT.replace("Hello", "Hallo"));
    assertThat(AskedWork.of(other, WorkDigest.of(spec), TOLD_SECONDS)).isNotEqualTo(spec);
    // The future, and what is too long ago.
    assertThat(AskedWork.of(json(CHAT), WorkDigest.of(spec), TOLD_SECONDS - 1)).isNotEqualTo(spec);
    assertThat(AskedWork.of(json(CHAT), WorkDigest.of(spec), TOLD_SECONDS + 3_601))
        .isNotEqualTo(spec);
  }
}

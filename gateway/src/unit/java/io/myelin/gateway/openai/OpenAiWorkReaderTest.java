package io.myelin.gateway.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.gateway.http.ApiError;
import io.myelin.gateway.task.Submission;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpenAiWorkReaderTest {
  private final OpenAiWorkReader reader =
      new OpenAiWorkReader(() -> 99, () -> Instant.ofEpochSecond(1_000));

  private static ObjectNode json(String text) {
    return (ObjectNode) Http.read(text.replace('\'', '"'));
  }

  @Test
  void everyKindIsRead() throws ApiError {
    Submission.Work chat =
        reader.read("chat", json("{'model':'m','messages':[{'role':'user','content':'a'}]}"));
    assertThat(((Submission.Work.Generate) chat).spec().getSampling().getSeed()).isEqualTo(99);
    assertThat(((Submission.Work.Generate) chat).spec().getPromptTimeSeconds()).isEqualTo(1_000);
    Submission.Work completion = reader.read("completion", json("{'model':'m','prompt':'a'}"));
    assertThat(((Submission.Work.Generate) completion).spec().getMaxTokens()).isEqualTo(16);
    Submission.Work embedding = reader.read("embedding", json("{'model':'m','input':['a','b']}"));
    assertThat(((Submission.Work.Embed) embedding).spec().getInputsList())
        .containsExactly("a", "b");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "chat;{'model':'m','messages':[{'role':'user','content':'a'}],'n':2};n",
        "chat;{'model':'m','messages':[{'role':'user','content':'a'}],'stream':true};stream",
        "completion;{'model':'m','prompt':['a','b']};prompt",
        "completion;{'model':'m','prompt':'a','echo':true};echo",
        "embedding;{'model':'m','input':'a','encoding_format':'base64'};encoding_format",
        "song;{};song"
      })
  void whatATaskCannotShowIsRefused(String kind, String body, String param) {
    ApiError error = catchThrowableOfType(ApiError.class, () -> reader.read(kind, json(body)));
    assertThat(error.param()).isEqualTo(param);
  }
}

package io.myelin.cli.receipt;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.cli.CommandException;
import io.myelin.gateway.http.ApiError;
import io.myelin.gateway.openai.OpenAiWorkReader;
import io.myelin.gateway.task.Submission;
import io.myelin.v1.GenerationSpec;

/** What a request to OpenAI's API asks for, worked out here and not believed of a gateway. */
final class AskedWork {
  private static final OpenAiWorkReader READER =
      new OpenAiWorkReader(
          () -> {
            throw new CommandException(
                "the request names no seed, so the gateway drew one and what it made of the request"
                    + " cannot be worked out again (expected: a request with a seed)");
          });

  private AskedWork() {}

  /** Of the body as it was sent to {@code /v1/chat/completions} or {@code /v1/completions}. */
  static GenerationSpec of(ObjectNode body) {
    ObjectNode task = body.deepCopy();
    // These shape the answer and not the work.
    task.remove("stream");
    task.remove("stream_options");
    try {
      return READER.read(task.has("messages") ? "chat" : "completion", task)
              instanceof Submission.Work.Generate work
          ? work.spec()
          : GenerationSpec.getDefaultInstance();
    } catch (ApiError e) {
      throw new CommandException("the request: " + e.getMessage(), e);
    }
  }
}

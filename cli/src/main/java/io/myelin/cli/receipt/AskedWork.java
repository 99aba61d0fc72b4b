package io.myelin.cli.receipt;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.cli.CommandException;
import io.myelin.gateway.http.ApiError;
import io.myelin.gateway.openai.OpenAiWorkReader;
import io.myelin.gateway.task.Submission;
import io.myelin.protocol.commitment.WorkDigest;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.receipt.Receipt;
import io.myelin.protocol.receipt.ReceiptFormatException;
import io.myelin.protocol.receipt.SignedReceipt;
import io.myelin.v1.GenerationSpec;
import java.time.Instant;

/** What a request to OpenAI's API asks for, worked out here and not believed of a gateway. */
final class AskedWork {
  /** Most time a task may take. */
  private static final long LONGEST_SECONDS = 3_600;

  private static final OpenAiWorkReader READER =
      new OpenAiWorkReader(
          () -> {
            throw new CommandException(
                "the request names no seed, so the gateway drew one and what it made of the request"
                    + " cannot be worked out again (expected: a request with a seed)");
          },
          () -> Instant.EPOCH);

  private AskedWork() {}

  /**
   * Of the body as it was sent to {@code /v1/chat/completions} or {@code /v1/completions}.
   *
   * @param receipt of the answer. The gateway tells a chat the time, which the client does not
   *     know: it is the second, before the task's end, with which the spec is the receipted one. If
   *     there is none, the spec is another.
   */
  static GenerationSpec of(ObjectNode body, String receipt) {
    try {
      Receipt read = SignedReceipt.parse(receipt).receipt();
      return of(body, read.work().specDigest(), read.finishedMillis() / 1_000);
    } catch (ReceiptFormatException e) {
      // Its own check says so.
      return read(body);
    }
  }

  /** As above, of a task that ended in that second. */
  static GenerationSpec of(ObjectNode body, Digest receipted, long endSeconds) {
    GenerationSpec spec = read(body);
    if (!spec.hasChat()) {
      return spec;
    }
    for (long second = endSeconds; second >= endSeconds - LONGEST_SECONDS; second--) {
      GenerationSpec told = spec.toBuilder().setPromptTimeSeconds(second).build();
      if (WorkDigest.of(told).equals(receipted)) {
        return told;
      }
    }
    return spec;
  }

  private static GenerationSpec read(ObjectNode body) {
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

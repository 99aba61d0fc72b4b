package io.myelin.gateway.openai;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.gateway.http.ApiError;
import io.myelin.gateway.http.WorkReader;
import io.myelin.gateway.task.Submission;
import io.myelin.v1.EmbeddingSpec;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/** Reads OpenAI's request bodies for the fronts that submit one task at a time. */
public final class OpenAiWorkReader implements WorkReader {
  private final LongSupplier randomness;
  private final InstantSource clock;

  /**
   * A reader.
   *
   * @param randomness draws the seed of a request that brings none
   * @param clock what chat templates are told of the time
   */
  public OpenAiWorkReader(LongSupplier randomness, InstantSource clock) {
    this.randomness = randomness;
    this.clock = clock;
  }

  @Override
  public Submission.Work read(String kind, ObjectNode body) throws ApiError {
    return switch (kind) {
      case "chat" -> one(ChatRequests.read(body, randomness, clock));
      case "completion" -> one(CompletionRequests.read(body, randomness));
      case "embedding" -> embedding(body);
      default ->
          throw ApiError.invalid(
              kind, "unknown_kind", kind + ": expected chat, completion or embedding.");
    };
  }

  private static Submission.Work one(GenerationRequest request) throws ApiError {
    if (request.stream() || request.specs().size() != 1) {
      throw ApiError.invalid(
          request.stream() ? "stream" : request.prompts() > 1 ? "prompt" : "n",
          "unsupported_value",
          "A task is one answer to one prompt, followed on its own stream: leave 'stream' and 'n'"
              + " out and send one prompt.");
    }
    // What only OpenAI's answer could show would be lost in a task's plain text.
    if (!request.echoes().isEmpty() && !request.echoes().getFirst().isEmpty()) {
      throw ApiError.invalid(
          "echo", "unsupported_value", "A task's text is what was generated: leave 'echo' out.");
    }
    return new Submission.Work.Generate(request.specs().getFirst());
  }

  private static Submission.Work embedding(ObjectNode body) throws ApiError {
    EmbeddingDraft draft = new EmbeddingDraft();
    EmbeddingParameters.TABLE.read(body, "", draft);
    if (draft.base64) {
      throw ApiError.invalid(
          "encoding_format", "unsupported_value", "A task's vectors are numbers: leave it out.");
    }
    return new Submission.Work.Embed(
        EmbeddingSpec.newBuilder().setModel(draft.model).addAllInputs(draft.inputs).build());
  }
}

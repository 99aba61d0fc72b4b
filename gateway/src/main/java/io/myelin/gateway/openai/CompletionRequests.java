package io.myelin.gateway.openai;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.gateway.http.ApiError;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.TokenPrompt;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/** Turns the body of a text completion request into what is submitted. */
final class CompletionRequests {
  private CompletionRequests() {}

  /** Reads and checks; {@code randomness} is asked for a seed when the client gave none. */
  static GenerationRequest read(ObjectNode body, LongSupplier randomness) throws ApiError {
    CompletionDraft draft = new CompletionDraft();
    CompletionParameters.TABLE.read(body, "", draft);
    CommonParameters.checkStream(draft);
    check(draft);

    int prompts = Math.max(draft.texts.size(), draft.tokens.size());
    long seed = draft.seed.orElseGet(randomness);
    List<GenerationSpec> specs = new ArrayList<>(prompts * draft.choices);
    List<String> echoes = new ArrayList<>();
    for (int p = 0; p < prompts; p++) {
      GenerationSpec.Builder spec =
          GenerationSpec.newBuilder()
              .setModel(draft.model)
              .setMaxTokens((int) draft.maxTokens)
              .addAllStop(draft.stop)
              .setLogprobs(draft.logprobs)
              .setTopLogprobs(draft.topLogprobs);
      if (draft.texts.isEmpty()) {
        spec.setPromptTokens(TokenPrompt.newBuilder().addAllTokens(draft.tokens.get(p)));
      } else {
        spec.setText(draft.texts.get(p));
      }
      for (int c = 0; c < draft.choices; c++) {
        spec.setSampling(draft.sampling.setSeed(Seeds.forChoice(seed, c)));
        specs.add(spec.build());
        echoes.add(draft.echo ? draft.texts.get(p) : "");
      }
    }
    return new GenerationRequest(
        draft.model,
        specs,
        prompts,
        draft.stream,
        draft.includeUsage,
        false,
        new ToolPlan.NoTools(),
        echoes,
        "max_tokens",
        "prompt");
  }

  private static void check(CompletionDraft draft) throws ApiError {
    int prompts = Math.max(draft.texts.size(), draft.tokens.size());
    if (prompts * draft.choices > CompletionParameters.MAX_PROMPTS) {
      throw ApiError.invalid(
          "n",
          "integer_above_max_value",
          "Invalid 'n': "
              + draft.choices
              + " for each of "
              + prompts
              + " prompts is too many (expected: prompts times n <= "
              + CompletionParameters.MAX_PROMPTS
              + ").");
    }
    if (draft.bestOf != 0 && draft.bestOf != draft.choices) {
      throw ApiError.invalid(
          "best_of",
          "unsupported_value",
          "Unsupported value for 'best_of': "
              + draft.bestOf
              + " (expected: the same as 'n', "
              + draft.choices
              + ").");
    }
    if (draft.echo && draft.texts.isEmpty()) {
      throw ApiError.invalid(
          "echo",
          "unsupported_value",
          "Unsupported value for 'echo': a prompt of token ids cannot be echoed; send text.");
    }
    if (draft.echo && draft.logprobs) {
      throw ApiError.invalid(
          "echo",
          "unsupported_value",
          "Unsupported value for 'echo': log-probabilities of the prompt are not available here;"
              + " leave 'echo' or 'logprobs' out.");
    }
  }
}

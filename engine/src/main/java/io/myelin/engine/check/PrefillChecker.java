package io.myelin.engine.check;

import io.myelin.engine.EngineException;
import io.myelin.engine.EngineModel;
import io.myelin.engine.InferenceEngine;
import io.myelin.engine.Score;
import io.myelin.protocol.sampling.TokenChooser;
import io.myelin.protocol.work.EvidenceShape;
import io.myelin.protocol.work.SamplerReplay;
import io.myelin.protocol.work.WorkComparison;
import io.myelin.protocol.work.WorkFinding;
import io.myelin.protocol.work.WorkFinding.Kind;
import io.myelin.protocol.work.WorkFinding.Lie;
import io.myelin.v1.Evidence;
import io.myelin.v1.GenerationResult;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.TokenLogprob;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Checks an answer with an engine of one's own: its form, the replay of its sampler, then one
 * prefill of prompt and output. Of one equivalence class every number must be the same; of another
 * one, or where the class is {@code inexact}, the distance is measured.
 */
public final class PrefillChecker implements WorkChecker {
  private static final String INEXACT = "/inexact";

  // Different in year, month, day, weekday, hour, minute and second.
  private static final long ONE_TIME = 3 * 86_400 + 3_661;
  private static final long ANOTHER_TIME = 2_000_000_000;

  private final InferenceEngine engine;

  /** With an engine, which stays the caller's to close. */
  public PrefillChecker(InferenceEngine engine) {
    this.engine = engine;
  }

  /** With an engine that is still being opened; checks wait for it, and fail when it fails. */
  public static WorkChecker once(CompletableFuture<? extends InferenceEngine> engine) {
    return new WorkChecker() {
      @Override
      public CompletableFuture<WorkFinding> check(GenerationSpec spec, Evidence evidence) {
        return check(spec, evidence, GenerationResult.getDefaultInstance());
      }

      @Override
      public CompletableFuture<WorkFinding> check(
          GenerationSpec spec, Evidence evidence, GenerationResult claimed) {
        Running running = new Running();
        return running.endingWith(
            engine.thenCompose(
                opened -> running.with(new PrefillChecker(opened).check(spec, evidence, claimed))));
      }
    };
  }

  @Override
  public CompletableFuture<WorkFinding> check(GenerationSpec spec, Evidence evidence) {
    return check(spec, evidence, GenerationResult.getDefaultInstance());
  }

  @Override
  public CompletableFuture<WorkFinding> check(
      GenerationSpec spec, Evidence evidence, GenerationResult claimed) {
    Optional<EngineModel> served =
        engine.models().stream().filter(model -> model.id().equals(spec.getModel())).findFirst();
    Optional<String> obstacle = obstacle(spec, evidence, served);
    if (obstacle.isPresent()) {
      return done(new WorkFinding.Undecided(obstacle.get()));
    }
    EngineModel model = served.orElseThrow();
    Optional<Lie> found =
        EvidenceShape.firstLie(spec, evidence)
            .or(() -> foreignToken(evidence, model.vocabularySize()));
    if (found.isEmpty() && !SamplerReplay.needsPrompt(spec)) {
      found = SamplerReplay.firstLie(spec, List.of(), evidence);
    }
    if (found.isPresent()) {
      return done(found.get());
    }
    boolean exact =
        model.equivalenceClass().equals(evidence.getEquivalenceClass())
            && !model.equivalenceClass().endsWith(INEXACT);
    // Another version may render or cut a prompt in another way.
    int prompt =
        version(model.equivalenceClass()).equals(version(evidence.getEquivalenceClass()))
            ? claimed.getPromptTokens()
            : 0;
    if (evidence.getTokensCount() == 0) {
      Running running = new Running();
      return running.endingWith(
          silent(spec, prompt, exact, running).exceptionallyCompose(PrefillChecker::refused));
    }
    List<Integer> output = new ArrayList<>(evidence.getPrefixTokensList());
    evidence.getTokensList().forEach(token -> output.add(token.getToken()));
    Running running = new Running();
    return running.endingWith(
        promptIsFixed(spec, running)
            .thenCompose(
                fixed ->
                    fixed
                        ? running
                            .with(engine.score(spec, output, EvidenceShape.alternatives(spec)))
                            .thenApply(
                                score ->
                                    compare(spec, evidence, claimed, prompt, score, exact, model))
                        : done(
                            new WorkFinding.Undecided(
                                "prompt_time_seconds: 0, and the template shows the time (expected:"
                                    + " the time that the node was told)")))
            .exceptionallyCompose(PrefillChecker::refused));
  }

  /** Of an answer without tokens, for which a client may still pay the prompt. */
  private CompletableFuture<WorkFinding> silent(
      GenerationSpec spec, int prompt, boolean exact, Running running) {
    WorkFinding nothing = exact ? new WorkFinding.Exact(0) : new WorkFinding.Undecided("no tokens");
    return promptIsFixed(spec, running)
        .thenCompose(
            fixed ->
                fixed && prompt != 0
                    ? running
                        .with(engine.score(spec, List.of(), 0))
                        .thenApply(
                            score ->
                                otherPrompt(prompt, score.promptTokens())
                                    .<WorkFinding>map(lie -> lie)
                                    .orElse(nothing))
                    : done(nothing));
  }

  /**
   * Whether the node must have rendered the prompt that is rendered here. A chat without a time of
   * its own may show the clock's; asked for no output, the engine only renders.
   */
  private CompletableFuture<Boolean> promptIsFixed(GenerationSpec spec, Running running) {
    if (!spec.hasChat() || spec.getPromptTimeSeconds() != 0) {
      return CompletableFuture.completedFuture(true);
    }
    return promptAt(spec, ONE_TIME, running)
        .thenCombine(promptAt(spec, ANOTHER_TIME, running), (one, another) -> one.equals(another));
  }

  private CompletableFuture<List<Integer>> promptAt(
      GenerationSpec spec, long seconds, Running running) {
    GenerationSpec then = spec.toBuilder().setPromptTimeSeconds(seconds).build();
    return running.with(engine.score(then, List.of(), 0)).thenApply(Score::prompt);
  }

  private static Optional<String> obstacle(
      GenerationSpec spec, Evidence evidence, Optional<EngineModel> served) {
    if (served.isEmpty()) {
      return Optional.of("model: " + spec.getModel() + " is not here");
    }
    EngineModel model = served.get();
    if (model.weightsDigestHex().isEmpty() || evidence.getWeightsDigest().isEmpty()) {
      return Optional.of("an upstream engine has no log-probabilities that could be compared");
    }
    if (!Arrays.asList(evidence.getEquivalenceClass().split("/", -1)).contains(TokenChooser.NAME)) {
      return Optional.of(
          "class: %s (expected: one whose tokens are chosen by %s)"
              .formatted(evidence.getEquivalenceClass(), TokenChooser.NAME));
    }
    if (!template(evidence.getEquivalenceClass()).equals(template(model.equivalenceClass()))) {
      return Optional.of(
          "class: %s renders its prompts with another chat template than %s here"
              .formatted(evidence.getEquivalenceClass(), model.equivalenceClass()));
    }
    String weights = HexFormat.of().formatHex(evidence.getWeightsDigest().toByteArray());
    if (!weights.equals(model.weightsDigestHex())) {
      return Optional.of(
          "weights: %s (expected: %s, which are here)"
              .formatted(weights, model.weightsDigestHex()));
    }
    return Optional.empty();
  }

  /** What the class says of a chat template in place of the file's. */
  private static Optional<String> template(String equivalenceClass) {
    return Arrays.stream(equivalenceClass.split("/", -1))
        .filter(part -> part.equals("chatml") || part.startsWith("template-"))
        .findFirst();
  }

  private static Optional<Lie> foreignToken(Evidence evidence, int vocabularySize) {
    for (int i = 0; i < evidence.getPrefixTokensCount(); i++) {
      if (outside(evidence.getPrefixTokens(i), vocabularySize)) {
        return foreign(0, evidence.getPrefixTokens(i), vocabularySize);
      }
    }
    for (int i = 0; i < evidence.getTokensCount(); i++) {
      if (outside(evidence.getTokens(i).getToken(), vocabularySize)) {
        return foreign(i, evidence.getTokens(i).getToken(), vocabularySize);
      }
    }
    return Optional.empty();
  }

  private static boolean outside(int token, int vocabularySize) {
    return token < 0 || token >= vocabularySize;
  }

  private static Optional<Lie> foreign(int position, int token, int vocabularySize) {
    return Optional.of(
        new Lie(
            Kind.MALFORMED,
            position,
            "token: %s (expected: 0..%d)"
                .formatted(Integer.toUnsignedString(token), vocabularySize - 1)));
  }

  private static WorkFinding compare(
      GenerationSpec spec,
      Evidence evidence,
      GenerationResult claimed,
      int prompt,
      Score score,
      boolean exact,
      EngineModel model) {
    int prefix = evidence.getPrefixTokensCount();
    List<TokenLogprob> signed = evidence.getTokensList();
    List<TokenLogprob> own = score.tokens().subList(prefix, score.tokens().size());
    Set<Integer> ends = new HashSet<>();
    score.ends().forEach(position -> ends.add(position - prefix));
    boolean repeats = SamplerReplay.needsPrompt(spec);
    Optional<Lie> found =
        WorkComparison.firstOtherText(signed, own)
            .or(() -> AnswerText.firstLie(spec, evidence, own, ends, claimed.getReason()));
    if (found.isEmpty() && repeats) {
      found = SamplerReplay.firstLie(spec, score.prompt(), evidence);
    }
    if (found.isEmpty() && exact) {
      found = WorkComparison.firstDifference(signed, own);
    }
    if (found.isEmpty()) {
      found = otherPrompt(prompt, score.promptTokens());
    }
    if (found.isPresent()) {
      return found.get();
    }
    return exact
        ? new WorkFinding.Exact(signed.size())
        : new WorkFinding.Measured(
            WorkComparison.distance(signed, own, repeats), model.equivalenceClass());
  }

  /** What of a class names the library and its version. */
  private static String version(String equivalenceClass) {
    int end = equivalenceClass.indexOf('/');
    return end < 0 ? equivalenceClass : equivalenceClass.substring(0, end);
  }

  /**
   * The same library, model file and template make the same tokens of a prompt, on any processor.
   */
  private static Optional<Lie> otherPrompt(int claimed, int rendered) {
    return claimed == 0 || claimed == rendered
        ? Optional.empty()
        : Optional.of(
            new Lie(
                Kind.MALFORMED,
                0,
                "prompt tokens: %d (expected: %d)".formatted(claimed, rendered)));
  }

  // What this engine cannot take says nothing about the node, which may have a longer context.
  private static CompletableFuture<WorkFinding> refused(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof EngineException error && !error.retryElsewhere()) {
      return done(new WorkFinding.Undecided("the checker's engine refused: " + error.getMessage()));
    }
    return CompletableFuture.failedFuture(cause);
  }

  private static CompletableFuture<WorkFinding> done(WorkFinding finding) {
    return CompletableFuture.completedFuture(finding);
  }
}

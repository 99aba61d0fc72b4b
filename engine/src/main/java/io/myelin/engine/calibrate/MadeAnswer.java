package io.myelin.engine.calibrate;

import com.google.protobuf.ByteString;
import io.myelin.engine.EngineException;
import io.myelin.engine.EngineModel;
import io.myelin.engine.Generation;
import io.myelin.engine.GenerationListener;
import io.myelin.engine.InferenceEngine;
import io.myelin.engine.OutputPrefix;
import io.myelin.v1.Evidence;
import io.myelin.v1.GeneratedChunk;
import io.myelin.v1.GenerationResult;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.TokenLogprob;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * An answer and what its node would sign.
 *
 * @param spec what was asked
 * @param evidence what is signed
 * @param result what is signed of its end and its length
 */
public record MadeAnswer(GenerationSpec spec, Evidence evidence, GenerationResult result) {

  /** Makes answers at once, in the engine's batches, and waits for all. */
  public static List<MadeAnswer> together(InferenceEngine engine, List<GenerationSpec> specs) {
    EngineModel model = engine.models().getFirst();
    List<CompletableFuture<MadeAnswer>> running =
        specs.stream().map(spec -> one(engine, model, spec)).toList();
    return running.stream().map(CompletableFuture::join).toList();
  }

  /**
   * Makes one answer; what ends the wait for it, cancelling or a timeout, ends its making.
   *
   * @param model that the engine serves and the answer names
   */
  public static CompletableFuture<MadeAnswer> one(
      InferenceEngine engine, EngineModel model, GenerationSpec spec) {
    Collector collector = new Collector();
    Generation generation = engine.generate(spec, OutputPrefix.NONE, collector);
    generation.request(Long.MAX_VALUE);
    CompletableFuture<MadeAnswer> made =
        collector.done.thenApply(
            result -> new MadeAnswer(spec, collector.evidence.build(), result).of(model));
    var _ =
        made.whenComplete(
            (_, failure) -> {
              if (failure != null) {
                generation.cancel();
              }
            });
    return made;
  }

  /** The same evidence under the weights and class of {@code model}: what a cheat claims. */
  public MadeAnswer of(EngineModel model) {
    Evidence claimed =
        evidence.toBuilder()
            .setEquivalenceClass(model.equivalenceClass())
            .setWeightsDigest(
                ByteString.copyFrom(HexFormat.of().parseHex(model.weightsDigestHex())))
            .build();
    return new MadeAnswer(spec, claimed, result);
  }

  private static final class Collector implements GenerationListener {
    private final Evidence.Builder evidence = Evidence.newBuilder();
    private final CompletableFuture<GenerationResult> done = new CompletableFuture<>();

    @Override
    public void onStart(int promptTokens) {}

    @Override
    public void onChunk(GeneratedChunk chunk, List<TokenLogprob> tokens) {
      evidence.addChunks(chunk).addAllTokens(tokens);
    }

    @Override
    public void onFinished(GenerationResult result) {
      done.complete(result);
    }

    @Override
    public void onError(EngineException error) {
      done.completeExceptionally(error);
    }
  }
}

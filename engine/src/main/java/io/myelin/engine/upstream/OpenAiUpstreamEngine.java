package io.myelin.engine.upstream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.engine.EngineException;
import io.myelin.engine.EngineModel;
import io.myelin.engine.Generation;
import io.myelin.engine.GenerationListener;
import io.myelin.engine.InferenceEngine;
import io.myelin.engine.OutputPrefix;
import io.myelin.engine.Score;
import io.myelin.v1.Embedding;
import io.myelin.v1.EmbeddingResult;
import io.myelin.v1.EmbeddingSpec;
import io.myelin.v1.GenerationSpec;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;

/**
 * A model at any OpenAI-compatible server: llama-server, vLLM, Ollama. Failures before the first
 * byte are tried again; afterwards never, since what was delivered cannot be taken back. It cannot
 * score, and knows no token ids.
 */
public final class OpenAiUpstreamEngine implements InferenceEngine {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MAX_EMBEDDING_BYTES = 64 << 20;

  private final UpstreamConfig config;
  private final UpstreamCalls calls;
  private final EngineModel model;
  private final Semaphore slots;
  private final Set<UpstreamGeneration> running = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /** Connects to nothing yet. */
  public OpenAiUpstreamEngine(UpstreamConfig config) {
    this.config = config;
    this.calls = new UpstreamCalls(config);
    this.slots = new Semaphore(config.slots());
    this.model =
        new EngineModel(
            config.modelId(), "", config.contextLength(), 0, config.slots(), "upstream", true);
  }

  @Override
  public List<EngineModel> models() {
    return List.of(model);
  }

  @Override
  public Generation generate(
      GenerationSpec spec, OutputPrefix prefix, GenerationListener listener) {
    UpstreamRequests.Prepared request;
    try {
      requireOpen();
      requireModel(spec.getModel());
      request = UpstreamRequests.generation(config, spec, prefix);
      if (!slots.tryAcquire()) {
        throw new EngineException(
            EngineException.Kind.BUSY,
            "upstream of "
                + config.modelId()
                + ": all "
                + config.slots()
                + " slots are taken; try again later");
      }
    } catch (EngineException e) {
      Thread.ofVirtual().name("upstream-refusal").start(() -> listener.onError(e));
      return new Refused();
    }
    // The end takes it out of the set, and needs to know itself for that.
    UpstreamGeneration[] self = new UpstreamGeneration[1];
    UpstreamGeneration generation =
        new UpstreamGeneration(
            config,
            calls,
            request,
            spec.getLogprobs(),
            prefix,
            new ClosedAware(listener, () -> closed),
            () -> {
              running.remove(self[0]);
              slots.release();
            });
    self[0] = generation;
    running.add(generation);
    Thread.ofVirtual().name("upstream-generation").start(generation);
    if (closed) {
      generation.cancel();
    }
    return generation;
  }

  private record Refused() implements Generation {
    @Override
    public void request(long chunks) {}

    @Override
    public void cancel() {}
  }

  private void requireOpen() {
    if (closed) {
      throw new EngineException(EngineException.Kind.CLOSED, "the engine was closed");
    }
  }

  private void requireModel(String asked) {
    if (!asked.equals(config.modelId())) {
      throw new EngineException(
          EngineException.Kind.UNKNOWN_MODEL,
          "model: \"" + asked + "\" (expected: " + config.modelId() + ")");
    }
  }

  @Override
  public CompletableFuture<Score> score(GenerationSpec spec, List<Integer> outputTokens, int top) {
    return CompletableFuture.failedFuture(
        new EngineException(
            EngineException.Kind.BAD_REQUEST,
            "score: not possible for "
                + config.modelId()
                + ", since OpenAI's API gives no log-probabilities of given tokens"));
  }

  @Override
  public CompletableFuture<EmbeddingResult> embed(EmbeddingSpec spec) {
    CompletableFuture<EmbeddingResult> result = new CompletableFuture<>();
    Thread.ofVirtual()
        .name("upstream-embedding")
        .start(
            () -> {
              try {
                requireOpen();
                requireModel(spec.getModel());
                result.complete(embedNow(spec));
              } catch (EngineException e) {
                result.completeExceptionally(e);
              } catch (IOException | RuntimeException e) {
                result.completeExceptionally(
                    new EngineException(
                        EngineException.Kind.CRASHED,
                        "upstream of " + config.modelId() + ": " + UpstreamCalls.reason(e),
                        e));
              }
            });
    return result;
  }

  private EmbeddingResult embedNow(EmbeddingSpec spec) throws IOException {
    ObjectNode body = JSON.createObjectNode().put("model", config.upstreamModel());
    body.put("encoding_format", "float");
    spec.getInputsList().forEach(body.putArray("input")::add);
    BooleanSupplier ended = () -> closed;
    for (int attempt = 0; ; attempt++) {
      try {
        return embedOnce(spec.getInputsCount(), body);
      } catch (UpstreamCalls.Passing e) {
        if (attempt + 1 >= config.attempts() || closed) {
          throw e.failure();
        }
        calls.pause(new Object(), ended, attempt, e.retryAfterMillis());
      }
    }
  }

  private EmbeddingResult embedOnce(int inputs, ObjectNode body) throws IOException {
    JsonNode json;
    try (InputStream stream = calls.open("embeddings", body);
        UpstreamCalls.Watch watch = calls.watch(stream)) {
      json = JSON.readTree(watch.readAll(MAX_EMBEDDING_BYTES, config.idle()));
    }
    Embedding[] found = new Embedding[inputs];
    int count = 0;
    for (JsonNode one : json.path("data")) {
      int index = one.path("index").asInt(-1);
      if (index < 0 || index >= inputs || !one.path("embedding").isArray()) {
        throw new IOException(
            "an embedding of index " + index + " (expected: 0.." + (inputs - 1) + ")");
      }
      Embedding.Builder embedding = Embedding.newBuilder();
      one.get("embedding").forEach(value -> embedding.addValues((float) value.asDouble()));
      count += found[index] == null ? 1 : 0;
      found[index] = embedding.build();
    }
    if (count != inputs) {
      throw new IOException("embeddings: " + count + " (expected: " + inputs + ")");
    }
    return EmbeddingResult.newBuilder()
        .addAllEmbeddings(List.of(found))
        .setPromptTokens(json.path("usage").path("prompt_tokens").asInt(0))
        .build();
  }

  @Override
  public void close() {
    closed = true;
    running.forEach(UpstreamGeneration::cancel);
    calls.close();
  }
}

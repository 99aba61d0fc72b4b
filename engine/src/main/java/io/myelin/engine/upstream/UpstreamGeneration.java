package io.myelin.engine.upstream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import io.myelin.engine.EngineException;
import io.myelin.engine.Generation;
import io.myelin.engine.GenerationListener;
import io.myelin.engine.OutputPrefix;
import io.myelin.v1.FinishReason;
import io.myelin.v1.GeneratedChunk;
import io.myelin.v1.GenerationResult;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One generation at an upstream, on a thread of its own. An upstream tells no token ids: every
 * token is counted, and its id given as 0.
 */
final class UpstreamGeneration implements Generation, Runnable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MAX_EVENT_BYTES = 4 << 20;

  private final UpstreamConfig config;
  private final UpstreamCalls calls;
  private final UpstreamRequests.Prepared request;
  private final boolean wantsLogprobs;
  private final GenerationListener listener;
  private final Runnable onEnd;

  private int seq;
  private int tokens;
  private int promptTokens;
  private int usageTokens = -1;
  private final int prefixTokens;
  private FinishReason finish = FinishReason.FINISH_REASON_UNSPECIFIED;
  private boolean done;
  private boolean begun;

  // Guarded by this.
  private long allowed;
  private boolean cancelled;
  private @Nullable InputStream body;
  private @Nullable Thread opening;

  /** Ends a stream that nobody wants any more. */
  private static final class Cancelled extends IOException {
    private static final long serialVersionUID = 1L;
  }

  UpstreamGeneration(
      UpstreamConfig config,
      UpstreamCalls calls,
      UpstreamRequests.Prepared request,
      boolean wantsLogprobs,
      OutputPrefix prefix,
      GenerationListener listener,
      Runnable onEnd) {
    this.config = config;
    this.calls = calls;
    this.request = request;
    this.wantsLogprobs = wantsLogprobs;
    this.listener = listener;
    this.onEnd = onEnd;
    this.seq = prefix.nextSeq();
    this.prefixTokens = prefix.tokens().size();
    this.tokens = prefixTokens;
  }

  @Override
  public synchronized void request(long chunks) {
    long sum = allowed + chunks;
    allowed = sum < 0 ? Long.MAX_VALUE : sum;
    notifyAll();
  }

  @Override
  public void cancel() {
    InputStream open;
    synchronized (this) {
      cancelled = true;
      open = body;
      if (opening != null) {
        opening.interrupt();
      }
      notifyAll();
    }
    if (open != null) {
      UpstreamCalls.closeQuietly(open);
    }
  }

  private synchronized boolean isCancelled() {
    return cancelled;
  }

  @Override
  public void run() {
    EngineException failure = null;
    try {
      stream();
    } catch (EngineException e) {
      failure = e;
    } catch (IOException | RuntimeException e) {
      failure =
          new EngineException(
              EngineException.Kind.CRASHED,
              "upstream of "
                  + config.modelId()
                  + " broke off after "
                  + (tokens - prefixTokens)
                  + " tokens: "
                  + UpstreamCalls.reason(e),
              e);
    } finally {
      onEnd.run();
    }
    if (isCancelled()) {
      finish = FinishReason.FINISH_REASON_CANCELLED;
      failure = null;
    }
    if (failure != null) {
      listener.onError(failure);
    } else {
      listener.onFinished(
          GenerationResult.newBuilder()
              .setReason(finish)
              .setPromptTokens(promptTokens)
              .setOutputTokens(tokens)
              .build());
    }
  }

  private void stream() throws IOException {
    for (int attempt = 0; ; attempt++) {
      try {
        once();
        return;
      } catch (UpstreamCalls.Passing e) {
        if (begun || isCancelled() || attempt + 1 >= config.attempts()) {
          throw e.failure();
        }
        calls.pause(this, this::isCancelled, attempt, e.retryAfterMillis());
      }
    }
  }

  private void once() throws IOException {
    InputStream stream = open();
    SseParser parser = new SseParser(MAX_EVENT_BYTES);
    byte[] buffer = new byte[1 << 14];
    try (stream;
        UpstreamCalls.Watch watch = calls.watch(stream)) {
      while (!done) {
        int read = watch.read(buffer, begun ? config.idle() : config.firstByte());
        if (read < 0) {
          break;
        }
        parser.accept(buffer, 0, read, this::onEvent);
      }
    } catch (EngineException e) {
      throw e;
    } catch (IOException e) {
      throw begun || isCancelled()
          ? e
          : calls.passing("no answer came: " + UpstreamCalls.reason(e), e);
    }
    if (finish == FinishReason.FINISH_REASON_UNSPECIFIED) {
      if (!begun) {
        throw calls.passing("the answer ended before it began", null);
      }
      throw new IOException("the stream ended without a finish_reason");
    }
    emitUncounted();
  }

  // Only here an interrupt may hit: a listener must never see one.
  private InputStream open() throws IOException {
    synchronized (this) {
      if (cancelled) {
        throw new Cancelled();
      }
      opening = Thread.currentThread();
    }
    InputStream stream = null;
    try {
      stream = calls.open(request.path(), request.body());
      return stream;
    } finally {
      synchronized (this) {
        opening = null;
        body = stream;
        if (Thread.interrupted() && stream != null) {
          UpstreamCalls.closeQuietly(stream);
        }
      }
    }
  }

  private void onEvent(String name, String data) throws IOException {
    if (done) {
      return;
    }
    if (data.strip().equals("[DONE]")) {
      done = true;
      return;
    }
    JsonNode json;
    try {
      json = JSON.readTree(data);
    } catch (JsonProcessingException e) {
      throw new EngineException(
          EngineException.Kind.INTERNAL,
          "upstream of " + config.modelId() + " sent no JSON: " + UpstreamErrors.brief(data),
          e);
    }
    if (json.hasNonNull("error") || name.equals("error")) {
      throw UpstreamErrors.inStream(config, json.hasNonNull("error") ? json.get("error") : json);
    }
    UpstreamChunk chunk = UpstreamChunk.of(json);
    if (!begun) {
      begun = true;
      listener.onStart(Math.max(0, chunk.promptTokens()));
    }
    promptTokens = Math.max(promptTokens, chunk.promptTokens());
    usageTokens = Math.max(usageTokens, chunk.outputTokens());
    if (chunk.finish() != FinishReason.FINISH_REASON_UNSPECIFIED) {
      finish = chunk.finish();
    }
    if (!chunk.text().isEmpty()) {
      int count = Math.max(1, chunk.logprobs().size());
      emit(chunk.text(), count, chunk);
    }
  }

  // What the upstream charges for and never showed, such as the token that ended the answer.
  private void emitUncounted() throws IOException {
    int missing = usageTokens - (tokens - prefixTokens);
    if (missing > 0 && missing <= config.contextLength()) {
      emit("", missing, null);
    }
  }

  private void emit(String text, int count, @Nullable UpstreamChunk chunk) throws IOException {
    awaitAllowance();
    tokens += count;
    GeneratedChunk.Builder made =
        GeneratedChunk.newBuilder()
            .setSeq(seq++)
            .addAllTokens(Collections.nCopies(count, 0))
            .setText(ByteString.copyFromUtf8(text));
    if (wantsLogprobs && chunk != null) {
      made.addAllLogprobs(chunk.logprobs());
    }
    listener.onChunk(made.build(), chunk == null ? List.of() : chunk.logprobs());
  }

  // While nothing is allowed, nothing is read: the upstream feels it as a slow reader.
  private synchronized void awaitAllowance() throws IOException {
    try {
      while (allowed == 0 && !cancelled) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    if (cancelled) {
      throw new Cancelled();
    }
    allowed -= allowed == Long.MAX_VALUE ? 0 : 1;
  }
}

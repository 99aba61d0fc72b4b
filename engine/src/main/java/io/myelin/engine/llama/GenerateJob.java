package io.myelin.engine.llama;

import com.google.protobuf.ByteString;
import io.myelin.engine.EngineException;
import io.myelin.engine.EngineException.Kind;
import io.myelin.engine.Generation;
import io.myelin.engine.GenerationListener;
import io.myelin.engine.OutputPrefix;
import io.myelin.engine.sampling.Distribution;
import io.myelin.engine.sampling.Sampler;
import io.myelin.engine.text.TextAssembler;
import io.myelin.engine.text.TextAssembler.Released;
import io.myelin.protocol.work.ClientLogprobs;
import io.myelin.v1.FinishReason;
import io.myelin.v1.GeneratedChunk;
import io.myelin.v1.GenerationResult;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.TokenLogprob;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One generation: samples, assembles text, hands chunks to its listener. */
final class GenerateJob extends SequenceJob implements Generation {
  private final LlamaModel model;
  private final GenerationSpec spec;
  private final GenerationListener listener;
  private final Sampler sampler;
  private final TextAssembler assembler;
  private final int promptTokens;
  private final int prefixTokens;
  private final int mostTokens;
  private final int alternatives;
  private final Consumer<GenerateJob> onSignal;
  private final AtomicLong allowed = new AtomicLong();
  private final List<TokenLogprob> held = new ArrayList<>();
  private final @Nullable FinishReason finishedByPrefix;
  private volatile boolean cancelled;
  private int nextSeq;
  private boolean started;

  /**
   * A generation after a delivered prefix.
   *
   * @param prompt tokens of the prompt
   * @param contextLength most tokens of prompt and output
   * @param onSignal told of allowance after none, and of cancellation; from any thread
   */
  GenerateJob(
      LlamaModel model,
      GenerationSpec spec,
      OutputPrefix prefix,
      int[] prompt,
      int contextLength,
      Sampler sampler,
      GenerationListener listener,
      Consumer<GenerateJob> onSignal) {
    super(new TokenList(prompt));
    this.model = model;
    this.spec = spec;
    this.listener = listener;
    this.sampler = sampler;
    this.onSignal = onSignal;
    this.promptTokens = prompt.length;
    this.prefixTokens = prefix.tokens().size();
    this.nextSeq = prefix.nextSeq();
    int room = contextLength - prompt.length;
    this.mostTokens =
        spec.getMaxTokens() == 0 ? room : Math.min(room, Math.max(0, spec.getMaxTokens()));
    this.alternatives = Math.max(Evidence.ALTERNATIVES, spec.getTopLogprobs());
    this.assembler = new TextAssembler(spec.getStopList());
    this.finishedByPrefix = replay(prefix);
  }

  // A prefix goes through the same steps as if it had been made here; it may turn out to be the
  // whole answer.
  private @Nullable FinishReason replay(OutputPrefix prefix) {
    ByteString.Output text = ByteString.newOutput();
    FinishReason reason = null;
    for (int token : prefix.tokens()) {
      if (reason != null) {
        throw new EngineException(
            Kind.BAD_REQUEST,
            "prefix: tokens go on after the output's end (expected: a delivered prefix)");
      }
      model.checkToken(token);
      tokens().add(token);
      sampler.accept(token);
      reason = push(token, released -> append(text, released.text()));
    }
    boolean whole = assembler.heldTokens() == 0;
    if (!whole || !text.toByteString().toStringUtf8().equals(prefix.text())) {
      throw new EngineException(
          Kind.BAD_REQUEST,
          "prefix: its text is not that of its tokens (expected: whole chunks as delivered)");
    }
    return reason;
  }

  private static void append(ByteString.Output out, ByteString text) {
    try {
      text.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Adds one output token to the text; gives why the output ends, if it does. */
  private @Nullable FinishReason push(int token, Consumer<Released> out) {
    if (model.endsGeneration(token) && !spec.getIgnoreEos()) {
      Released rest = assembler.finish();
      out.accept(new Released(rest.tokens() + 1, rest.text()));
      return FinishReason.FINISH_REASON_STOP;
    }
    Released released = assembler.push(model.pieceBytes(token).toByteArray());
    if (assembler.stopped()) {
      out.accept(released);
      return FinishReason.FINISH_REASON_STOP;
    }
    if (outputTokens() >= mostTokens) {
      Released rest = assembler.finish();
      out.accept(joined(released, rest));
      return FinishReason.FINISH_REASON_LENGTH;
    }
    out.accept(released);
    return null;
  }

  private static Released joined(Released first, Released second) {
    return new Released(first.tokens() + second.tokens(), first.text().concat(second.text()));
  }

  private int outputTokens() {
    return tokens().size() - promptTokens;
  }

  @Override
  boolean wantsLogits(int position) {
    return position == tokens().size() - 1;
  }

  @Override
  int firstLogits() {
    return tokens().size() - 1;
  }

  @Override
  int target() {
    return tokens().size();
  }

  @Override
  boolean runnable() {
    return allowed.get() > 0;
  }

  @Override
  boolean cancelled() {
    return cancelled;
  }

  @Override
  int ranksWanted() {
    return Math.max(alternatives, sampler.ranksWanted());
  }

  @Override
  boolean start() {
    started = true;
    listener.onStart(promptTokens);
    if (finishedByPrefix != null) {
      finish(finishedByPrefix);
    } else if (outputTokens() >= mostTokens) {
      finish(FinishReason.FINISH_REASON_LENGTH);
    } else {
      return false;
    }
    return true;
  }

  @Override
  boolean advance(int position, Distribution distribution) {
    int token;
    try {
      token = sampler.choose(distribution, outputTokens());
    } catch (IllegalStateException e) {
      throw new EngineException(
          Kind.INTERNAL, e.getMessage() + " (position " + outputTokens() + ")", e);
    }
    held.add(Evidence.of(model, distribution, token, alternatives, sampler.support()));
    sampler.accept(token);
    tokens().add(token);
    FinishReason reason = push(token, this::emit);
    if (reason != null) {
      finish(reason);
    }
    return reason != null;
  }

  private void emit(Released released) {
    if (released.tokens() == 0) {
      return;
    }
    GeneratedChunk.Builder chunk = GeneratedChunk.newBuilder().setSeq(nextSeq++);
    List<TokenLogprob> evidence = List.copyOf(held.subList(0, released.tokens()));
    held.subList(0, released.tokens()).clear();
    for (TokenLogprob token : evidence) {
      chunk.addTokens(token.getToken());
      if (spec.getLogprobs()) {
        chunk.addLogprobs(ClientLogprobs.of(token, spec.getTopLogprobs()));
      }
    }
    allowed.decrementAndGet();
    listener.onChunk(chunk.setText(released.text()).build(), evidence);
  }

  private void finish(FinishReason reason) {
    leave();
    listener.onFinished(
        GenerationResult.newBuilder()
            .setReason(reason)
            .setPromptTokens(promptTokens)
            .setOutputTokens(
                outputTokens() - (reason == FinishReason.FINISH_REASON_CANCELLED ? held.size() : 0))
            .setCachedTokens(Math.min(promptTokens, reused()))
            .build());
  }

  @Override
  void finishCancelled() {
    if (!started) {
      listener.onStart(promptTokens);
    }
    finish(FinishReason.FINISH_REASON_CANCELLED);
  }

  @Override
  void fail(EngineException error) {
    leave();
    listener.onError(error);
  }

  @Override
  public void request(long chunks) {
    if (chunks <= 0) {
      throw new IllegalArgumentException("chunks: " + chunks + " (expected: > 0)");
    }
    long before =
        allowed.getAndUpdate(now -> now > Long.MAX_VALUE - chunks ? Long.MAX_VALUE : now + chunks);
    if (before <= 0) {
      onSignal.accept(this);
    }
  }

  @Override
  public void cancel() {
    cancelled = true;
    onSignal.accept(this);
  }

  /** Tokens of a delivered prefix. */
  int prefixTokens() {
    return prefixTokens;
  }
}

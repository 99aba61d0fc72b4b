package io.myelin.compute.task;

import com.google.protobuf.ByteString;
import io.myelin.engine.EngineException;
import io.myelin.engine.Generation;
import io.myelin.engine.GenerationListener;
import io.myelin.engine.InferenceEngine;
import io.myelin.engine.OutputPrefix;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.stream.HashChain;
import io.myelin.v1.Evidence;
import io.myelin.v1.GeneratedChunk;
import io.myelin.v1.GenerationResult;
import io.myelin.v1.NodeMessage;
import io.myelin.v1.Offer;
import io.myelin.v1.TaskChunk;
import io.myelin.v1.TokenLogprob;
import java.security.MessageDigest;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A text generation. A primary sends each chunk as it comes, as far as the gateway's credit goes; a
 * replica keeps silent and needs none. Both hash and keep what they make.
 */
final class GenerationRun implements TaskRun, GenerationListener {
  /** More chunks than any context has tokens. */
  private static final long UNLIMITED = 1L << 40;

  private final Offer offer;
  private final InferenceEngine engine;
  private final Consumer<NodeMessage> sender;
  private final Listener listener;
  private final HashChain chain;
  private final MessageDigest text = Sha256.newDigest();
  private final Evidence.Builder evidence;
  private int nextSeq;
  private long pendingCredit;
  private @Nullable Generation generation;
  private boolean stopped;
  private boolean cut;
  private boolean released;

  GenerationRun(
      Offer offer,
      long initialCredit,
      String equivalenceClass,
      ByteString weightsDigest,
      InferenceEngine engine,
      Consumer<NodeMessage> sender,
      Listener listener) {
    this.offer = offer;
    this.engine = engine;
    this.sender = sender;
    this.listener = listener;
    pendingCredit = offer.getPrimary() ? initialCredit : UNLIMITED;
    chain = HashChain.resume(Digest.of(offer.getStreamHead().toByteArray()));
    text.update(offer.getPrefixText().toByteArray());
    nextSeq = offer.getNextSeq();
    evidence =
        Evidence.newBuilder()
            .setEquivalenceClass(equivalenceClass)
            .setWeightsDigest(weightsDigest)
            .addAllPrefixTokens(offer.getPrefixTokensList());
  }

  @Override
  public Offer offer() {
    return offer;
  }

  @Override
  public void start() {
    OutputPrefix prefix =
        new OutputPrefix(
            offer.getPrefixTokensList(), offer.getPrefixText().toStringUtf8(), offer.getNextSeq());
    Generation started;
    try {
      started = engine.generate(offer.getGeneration(), prefix, this);
    } catch (RuntimeException e) {
      fail(e);
      return;
    }
    long credit;
    boolean cancel;
    synchronized (this) {
      generation = started;
      credit = pendingCredit;
      pendingCredit = 0;
      cancel = stopped || cut;
    }
    if (cancel) {
      started.cancel();
    } else if (credit > 0) {
      started.request(credit);
    }
  }

  @Override
  public void credit(long chunks) {
    Generation running;
    synchronized (this) {
      running = generation;
      if (running == null) {
        pendingCredit += chunks;
        return;
      }
    }
    if (offer.getPrimary()) {
      running.request(chunks);
    }
  }

  @Override
  public void stop() {
    synchronized (this) {
      stopped = true;
    }
    cancelEngine();
  }

  @Override
  public void cut() {
    synchronized (this) {
      cut = true;
    }
    // What a cancelled engine made is a finished output.
    cancelEngine();
  }

  private void cancelEngine() {
    Generation running;
    synchronized (this) {
      running = generation;
    }
    if (running != null) {
      running.cancel();
    }
  }

  @Override
  public void onStart(int promptTokens) {}

  @Override
  public void onChunk(GeneratedChunk chunk, List<TokenLogprob> tokens) {
    String gap;
    synchronized (this) {
      if (stopped) {
        return;
      }
      if (chunk.getSeq() == nextSeq) {
        take(chunk, tokens);
        gap = null;
      } else {
        gap = "chunk: seq " + chunk.getSeq() + " (expected: " + nextSeq + ")";
      }
    }
    if (gap == null) {
      listener.onTokens(chunk.getTokensCount());
    } else {
      cancelEngine();
      fail(new EngineException(EngineException.Kind.INTERNAL, gap));
    }
  }

  private void take(GeneratedChunk chunk, List<TokenLogprob> tokens) {
    nextSeq++;
    chain.append(chunk);
    text.update(chunk.getText().asReadOnlyByteBuffer());
    evidence.addChunks(chunk).addAllTokens(tokens);
    if (offer.getPrimary()) {
      sender.accept(NodeMessage.newBuilder().setChunk(chunkMessage().setChunk(chunk)).build());
    }
  }

  @Override
  public void onFinished(GenerationResult result) {
    TaskOutput output = null;
    synchronized (this) {
      if (!stopped) {
        // Whatever comes later must not be sent again.
        stopped = true;
        output =
            new TaskOutput(chain.head(), Digest.of(text.digest()), result, evidence.build(), null);
        if (offer.getPrimary()) {
          GeneratedChunk end = GeneratedChunk.newBuilder().setSeq(nextSeq).build();
          sender.accept(
              NodeMessage.newBuilder()
                  .setChunk(chunkMessage().setChunk(end).setResult(result))
                  .build());
        }
      }
    }
    if (output != null) {
      listener.onOutput(this, output);
    }
    release();
  }

  @Override
  public void onError(EngineException error) {
    fail(error);
  }

  private void fail(RuntimeException error) {
    boolean report;
    synchronized (this) {
      report = !stopped;
      stopped = true;
    }
    if (report) {
      listener.onFailure(this, error);
    }
    release();
  }

  private void release() {
    boolean first;
    synchronized (this) {
      first = !released;
      released = true;
    }
    if (first) {
      listener.onReleased(this);
    }
  }

  private TaskChunk.Builder chunkMessage() {
    return TaskChunk.newBuilder().setTaskId(offer.getTaskId()).setAttempt(offer.getAttempt());
  }
}

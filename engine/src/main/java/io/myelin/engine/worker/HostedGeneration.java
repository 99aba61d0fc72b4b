package io.myelin.engine.worker;

import io.myelin.engine.EngineException;
import io.myelin.engine.Generation;
import io.myelin.engine.GenerationListener;
import io.myelin.v1.GeneratedChunk;
import io.myelin.v1.GenerationResult;
import io.myelin.v1.TokenLogprob;
import io.myelin.v1.WorkerChunk;
import io.myelin.v1.WorkerReply;
import io.myelin.v1.WorkerStarted;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One generation inside the worker. The engine gets the node's allowance only as far as replies
 * leave the process, so that a node that does not read pauses its own sequences and fills no queue.
 */
final class HostedGeneration implements GenerationListener {

  /** Chunks on their way to the socket at most. */
  static final int WINDOW_CHUNKS = 32;

  private final long id;
  private final FrameChannel channel;
  private final Runnable onEnd;

  private @Nullable Generation generation;
  private long allowed;
  private int onTheWay;
  private boolean cancelled;
  private boolean ended;

  HostedGeneration(long id, FrameChannel channel, Runnable onEnd) {
    this.id = id;
    this.channel = channel;
    this.onEnd = onEnd;
  }

  /** The engine took it on. */
  void started(Generation running) {
    boolean cancelNow;
    synchronized (this) {
      generation = running;
      cancelNow = cancelled;
    }
    if (cancelNow) {
      running.cancel();
    }
    passOn();
  }

  /** More allowance from the node. */
  void allow(long chunks) {
    synchronized (this) {
      // The number is unsigned on the wire; a sum past the end means "no limit".
      long sum = allowed + chunks;
      allowed = chunks < 0 || sum < 0 ? Long.MAX_VALUE : sum;
    }
    passOn();
  }

  void cancel() {
    Generation running;
    synchronized (this) {
      cancelled = true;
      running = generation;
    }
    if (running != null) {
      running.cancel();
    }
  }

  private void passOn() {
    Generation running;
    int grant;
    synchronized (this) {
      running = generation;
      if (running == null || ended) {
        return;
      }
      grant = (int) Math.min(allowed, WINDOW_CHUNKS - onTheWay);
      if (grant <= 0) {
        return;
      }
      allowed -= allowed == Long.MAX_VALUE ? 0 : grant;
      onTheWay += grant;
    }
    running.request(grant);
  }

  private void chunkWritten() {
    synchronized (this) {
      onTheWay--;
    }
    passOn();
  }

  @Override
  public void onStart(int promptTokens) {
    send(reply().setStarted(WorkerStarted.newBuilder().setPromptTokens(promptTokens)), null);
  }

  @Override
  public void onChunk(GeneratedChunk chunk, List<TokenLogprob> evidence) {
    send(
        reply().setChunk(WorkerChunk.newBuilder().setChunk(chunk).addAllEvidence(evidence)),
        this::chunkWritten);
  }

  @Override
  public void onFinished(GenerationResult result) {
    end();
    send(reply().setFinished(result), null);
  }

  @Override
  public void onError(EngineException error) {
    fail(error);
  }

  void fail(Throwable failure) {
    end();
    send(reply().setFailed(WorkerMessages.toProto(failure)), null);
  }

  private void end() {
    synchronized (this) {
      ended = true;
    }
    onEnd.run();
  }

  private WorkerReply.Builder reply() {
    return WorkerReply.newBuilder().setId(id);
  }

  private void send(WorkerReply.Builder reply, @Nullable Runnable written) {
    channel.send(reply.build(), written);
  }
}

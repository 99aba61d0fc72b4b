package io.myelin.engine.worker;

import io.myelin.engine.EngineException;
import io.myelin.engine.InferenceEngine;
import io.myelin.engine.OutputPrefix;
import io.myelin.v1.EmbeddingSpec;
import io.myelin.v1.WorkerCommand;
import io.myelin.v1.WorkerGenerate;
import io.myelin.v1.WorkerPing;
import io.myelin.v1.WorkerReady;
import io.myelin.v1.WorkerReply;
import io.myelin.v1.WorkerScore;
import io.myelin.v1.WorkerScored;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** One node's connection, as the worker sees it. */
final class WorkerSession implements FrameChannel.Handler, AutoCloseable {
  private static final int MAX_GENERATIONS = 256;
  private static final int MAX_CALLS = 64;
  // Every generation has at most its window and three more replies in line; calls have one.
  private static final int QUEUE_FRAMES =
      MAX_GENERATIONS * (HostedGeneration.WINDOW_CHUNKS + 3) + 4 * MAX_CALLS;

  private final InferenceEngine engine;
  private final Consumer<WorkerSession> onEnd;
  private final FrameChannel channel;
  private final ConcurrentHashMap<Long, HostedGeneration> generations = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Long, CompletableFuture<?>> calls = new ConcurrentHashMap<>();
  private boolean greeted;

  WorkerSession(InferenceEngine engine, SocketChannel socket, Consumer<WorkerSession> onEnd) {
    this.engine = engine;
    this.onEnd = onEnd;
    this.channel = new FrameChannel("worker-session", socket, QUEUE_FRAMES, this);
  }

  void start() {
    channel.start();
  }

  @Override
  public void close() {
    channel.close();
  }

  @Override
  public void onClosed(IOException cause) {
    generations.values().forEach(HostedGeneration::cancel);
    calls.values().forEach(call -> call.cancel(false));
    onEnd.accept(this);
  }

  @Override
  public void onFrame(ByteBuffer frame) throws IOException {
    WorkerCommand command = WorkerCommand.parseFrom(frame);
    long id = command.getId();
    if (!greeted && command.getKindCase() != WorkerCommand.KindCase.HELLO) {
      throw new IOException("first command: " + command.getKindCase() + " (expected: HELLO)");
    }
    switch (command.getKindCase()) {
      case HELLO -> greet(command.getHello().getProtocolVersion());
      case GENERATE -> generate(id, command.getGenerate());
      case ALLOW_CHUNKS -> allow(id, command.getAllowChunks());
      case CANCEL -> cancel(id);
      case SCORE -> score(id, command.getScore());
      case EMBED -> embed(id, command.getEmbed());
      case PING -> reply(id, reply -> reply.setPong(WorkerPing.getDefaultInstance()));
      case KIND_NOT_SET -> throw new IOException("a command of a kind this worker does not know");
    }
  }

  private void greet(int version) throws IOException {
    if (version != WorkerMessages.PROTOCOL_VERSION) {
      throw new IOException(
          "protocol version: " + version + " (expected: " + WorkerMessages.PROTOCOL_VERSION + ")");
    }
    greeted = true;
    WorkerReady.Builder ready =
        WorkerReady.newBuilder().setProtocolVersion(WorkerMessages.PROTOCOL_VERSION);
    engine.models().forEach(model -> ready.addModels(WorkerMessages.toProto(model)));
    reply(0, reply -> reply.setReady(ready));
  }

  private void generate(long id, WorkerGenerate command) throws IOException {
    if (generations.size() >= MAX_GENERATIONS) {
      fail(
          id,
          new EngineException(
              EngineException.Kind.BUSY,
              "generations of one node: " + MAX_GENERATIONS + " run already; try again later"));
      return;
    }
    HostedGeneration hosted = new HostedGeneration(id, channel, () -> generations.remove(id));
    if (generations.putIfAbsent(id, hosted) != null) {
      throw new IOException("id: " + id + " names two generations");
    }
    try {
      OutputPrefix prefix =
          new OutputPrefix(
              command.getPrefixTokensList(), command.getPrefixText(), command.getNextSeq());
      hosted.started(engine.generate(command.getSpec(), prefix, hosted));
    } catch (RuntimeException e) {
      hosted.fail(e);
    }
  }

  private void allow(long id, long chunks) {
    // An id that is not known has ended just now.
    HostedGeneration hosted = generations.get(id);
    if (hosted != null) {
      hosted.allow(chunks);
    }
  }

  private void cancel(long id) {
    HostedGeneration hosted = generations.get(id);
    if (hosted != null) {
      hosted.cancel();
    }
    CompletableFuture<?> call = calls.get(id);
    if (call != null) {
      call.cancel(false);
    }
  }

  private void score(long id, WorkerScore command) throws IOException {
    call(
        id,
        () -> engine.score(command.getSpec(), command.getOutputTokensList(), command.getTop()),
        (reply, score) ->
            reply.setScored(
                WorkerScored.newBuilder()
                    .setPromptTokens(score.promptTokens())
                    .addAllTokens(score.tokens())
                    .addAllPrompt(score.prompt())
                    .addAllEnds(score.ends())));
  }

  private void embed(long id, EmbeddingSpec spec) throws IOException {
    call(id, () -> engine.embed(spec), WorkerReply.Builder::setEmbedded);
  }

  private <T> void call(
      long id, Supplier<CompletableFuture<T>> begin, BiConsumer<WorkerReply.Builder, T> write)
      throws IOException {
    if (calls.size() >= MAX_CALLS) {
      fail(
          id,
          new EngineException(
              EngineException.Kind.BUSY,
              "scores and embeddings of one node: " + MAX_CALLS + " run already; try again later"));
      return;
    }
    CompletableFuture<T> result;
    try {
      result = begin.get();
    } catch (RuntimeException e) {
      fail(id, e);
      return;
    }
    if (calls.putIfAbsent(id, result) != null) {
      throw new IOException("id: " + id + " names two calls");
    }
    var _ =
        result.whenComplete(
            (value, failure) -> {
              calls.remove(id);
              if (failure != null) {
                fail(id, failure);
              } else {
                reply(id, reply -> write.accept(reply, value));
              }
            });
  }

  private void fail(long id, Throwable failure) {
    reply(id, reply -> reply.setFailed(WorkerMessages.toProto(failure)));
  }

  private void reply(long id, Consumer<WorkerReply.Builder> kind) {
    WorkerReply.Builder reply = WorkerReply.newBuilder().setId(id);
    kind.accept(reply);
    channel.send(reply.build(), null);
  }
}

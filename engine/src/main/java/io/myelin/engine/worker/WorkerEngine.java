package io.myelin.engine.worker;

import io.myelin.engine.EngineException;
import io.myelin.engine.EngineModel;
import io.myelin.engine.Generation;
import io.myelin.engine.GenerationListener;
import io.myelin.engine.InferenceEngine;
import io.myelin.engine.OutputPrefix;
import io.myelin.engine.Score;
import io.myelin.v1.EmbeddingResult;
import io.myelin.v1.EmbeddingSpec;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.WorkerCancel;
import io.myelin.v1.WorkerCommand;
import io.myelin.v1.WorkerGenerate;
import io.myelin.v1.WorkerReply;
import io.myelin.v1.WorkerScore;
import io.myelin.v1.WorkerScored;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * The engine of a worker process. A worker that dies fails what runs on it at once and is started
 * again; meanwhile requests are refused with {@link EngineException.Kind#CRASHED}, so that another
 * node can take them.
 */
public final class WorkerEngine implements InferenceEngine {
  private final WorkerSupervisor supervisor;
  private final WorkerLimits limits;

  private WorkerEngine(WorkerSupervisor supervisor, WorkerLimits limits) {
    this.supervisor = supervisor;
    this.limits = limits;
  }

  /**
   * Starts a worker process and waits for its first sign of readiness.
   *
   * @throws EngineException with the worker's reason when its engine cannot be made
   */
  public static WorkerEngine spawn(WorkerLaunch launch) {
    return new WorkerEngine(WorkerSupervisor.spawning(launch), launch.limits());
  }

  /**
   * Uses a worker that another node of this user started, and finds it again after a restart.
   *
   * @param socket its {@link #socket()}
   * @throws EngineException CRASHED when no worker answers there
   */
  public static WorkerEngine attach(Path socket, WorkerLimits limits) {
    return new WorkerEngine(WorkerSupervisor.attaching(socket, limits), limits);
  }

  /** Where the worker listens, for {@link #attach}. */
  public Path socket() {
    return supervisor.socket();
  }

  /** Process id of the worker this engine started; empty while none runs and when attached. */
  public OptionalLong pid() {
    return supervisor.pid();
  }

  /** How often the worker was lost and came back. */
  public int restarts() {
    return supervisor.restarts();
  }

  /** Whether a request would reach a worker now. */
  public boolean isUp() {
    return supervisor.current() != null;
  }

  /** Done when the worker is up; for those who would rather wait than be refused. */
  public CompletableFuture<Void> whenUp() {
    return supervisor.whenUp();
  }

  @Override
  public List<EngineModel> models() {
    return supervisor.models();
  }

  @Override
  public Generation generate(
      GenerationSpec spec, OutputPrefix prefix, GenerationListener listener) {
    WorkerConnection connection = supervisor.current();
    if (connection == null) {
      EngineException failure = supervisor.unavailable();
      Thread.ofVirtual().name("worker-refusal").start(() -> listener.onError(failure));
      return new Ended();
    }
    WorkerGenerate command =
        WorkerGenerate.newBuilder()
            .setSpec(spec)
            .addAllPrefixTokens(prefix.tokens())
            .setPrefixText(prefix.text())
            .setNextSeq(prefix.nextSeq())
            .build();
    long id = connection.newId();
    connection.generate(WorkerCommand.newBuilder().setGenerate(command), id, listener);
    return new Remote(connection, id);
  }

  private record Ended() implements Generation {
    @Override
    public void request(long chunks) {}

    @Override
    public void cancel() {}
  }

  private record Remote(WorkerConnection connection, long id) implements Generation {
    @Override
    public void request(long chunks) {
      if (chunks <= 0) {
        throw new IllegalArgumentException("chunks: " + chunks + " (expected: > 0)");
      }
      connection.send(WorkerCommand.newBuilder().setAllowChunks(chunks), id);
    }

    @Override
    public void cancel() {
      connection.send(WorkerCommand.newBuilder().setCancel(WorkerCancel.getDefaultInstance()), id);
    }
  }

  @Override
  public CompletableFuture<Score> score(GenerationSpec spec, List<Integer> outputTokens, int top) {
    WorkerScore command =
        WorkerScore.newBuilder().setSpec(spec).addAllOutputTokens(outputTokens).setTop(top).build();
    return call(
        WorkerCommand.newBuilder().setScore(command),
        limits.call(),
        reply -> {
          WorkerScored scored = reply.getScored();
          return new Score(
              scored.getPromptTokens(),
              scored.getTokensList(),
              scored.getPromptList(),
              scored.getEndsList());
        });
  }

  @Override
  public CompletableFuture<EmbeddingResult> embed(EmbeddingSpec spec) {
    return call(WorkerCommand.newBuilder().setEmbed(spec), limits.call(), WorkerReply::getEmbedded);
  }

  private <T> CompletableFuture<T> call(
      WorkerCommand.Builder command, Duration patience, Function<WorkerReply, T> read) {
    WorkerConnection connection = supervisor.current();
    if (connection == null) {
      return CompletableFuture.failedFuture(supervisor.unavailable());
    }
    long id = connection.newId();
    CompletableFuture<T> result =
        connection
            .call(command, id, patience)
            .thenApply(read)
            .exceptionallyCompose(
                failure -> CompletableFuture.failedFuture(plain(failure, patience)));
    var _ =
        result.whenComplete(
            (_, _) -> {
              if (result.isCancelled()) {
                connection.abandon(id);
              }
            });
    return result;
  }

  private static Throwable plain(Throwable failure, Duration patience) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof TimeoutException) {
      return new EngineException(
          EngineException.Kind.INTERNAL,
          "the worker did not answer within " + patience.toSeconds() + " s",
          cause);
    }
    return cause;
  }

  @Override
  public void close() {
    supervisor.close();
  }
}

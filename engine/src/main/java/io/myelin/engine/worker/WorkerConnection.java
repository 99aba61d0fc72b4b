package io.myelin.engine.worker;

import io.myelin.engine.EngineException;
import io.myelin.engine.EngineModel;
import io.myelin.engine.GenerationListener;
import io.myelin.v1.WorkerCancel;
import io.myelin.v1.WorkerCommand;
import io.myelin.v1.WorkerHello;
import io.myelin.v1.WorkerPing;
import io.myelin.v1.WorkerReply;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to a worker, as the node sees it. When it ends, everything on it fails at once.
 */
final class WorkerConnection implements FrameChannel.Handler {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerConnection.class);
  private static final int QUEUE_FRAMES = 4096;

  private sealed interface Pending {}

  private record PendingGeneration(GenerationListener listener) implements Pending {}

  private record PendingCall(CompletableFuture<WorkerReply> reply) implements Pending {}

  private final FrameChannel channel;
  private final Function<IOException, String> explain;
  private final Runnable onEnd;
  private final ConcurrentHashMap<Long, Pending> pending = new ConcurrentHashMap<>();
  private final AtomicLong nextId = new AtomicLong(1);
  private final AtomicReference<@Nullable EngineException> end = new AtomicReference<>();
  private final CompletableFuture<WorkerReply> ready = new CompletableFuture<>();
  private volatile long lastReplyNanos = System.nanoTime();
  private volatile List<EngineModel> models = List.of();
  private volatile boolean ended;

  private WorkerConnection(
      SocketChannel socket, Function<IOException, String> explain, Runnable onEnd) {
    this.channel = new FrameChannel("worker-client", socket, QUEUE_FRAMES, this);
    this.explain = explain;
    this.onEnd = onEnd;
  }

  /**
   * Connects and greets.
   *
   * @param explain says why a connection ended, better than the socket can
   * @param onEnd run once, after everything pending has failed
   */
  static WorkerConnection open(
      Path socket, Duration handshake, Function<IOException, String> explain, Runnable onEnd) {
    SocketChannel opened;
    try {
      opened = SocketChannel.open(StandardProtocolFamily.UNIX);
      try {
        opened.connect(UnixDomainSocketAddress.of(socket));
      } catch (IOException e) {
        opened.close();
        throw e;
      }
    } catch (IOException e) {
      throw new EngineException(
          EngineException.Kind.CRASHED, "no worker listens at " + socket + ": " + e, e);
    }
    WorkerConnection connection = new WorkerConnection(opened, explain, onEnd);
    connection.greet(socket, handshake);
    return connection;
  }

  private void greet(Path socket, Duration handshake) {
    pending.put(0L, new PendingCall(ready));
    channel.start();
    WorkerHello hello =
        WorkerHello.newBuilder().setProtocolVersion(WorkerMessages.PROTOCOL_VERSION).build();
    channel.send(WorkerCommand.newBuilder().setHello(hello).build(), null);
    EngineException failure;
    try {
      WorkerReply reply = ready.get(handshake.toMillis(), TimeUnit.MILLISECONDS);
      models = reply.getReady().getModelsList().stream().map(WorkerMessages::fromProto).toList();
      return;
    } catch (TimeoutException e) {
      failure =
          crashed(
              "the worker at " + socket + " did not answer within " + handshake.toMillis() + " ms",
              e);
    } catch (ExecutionException e) {
      failure = crashed("the worker at " + socket + " refused: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failure = crashed("interrupted while greeting the worker at " + socket, e);
    } catch (IllegalArgumentException e) {
      failure = crashed("the worker at " + socket + " announced nonsense: " + e.getMessage(), e);
    }
    close(failure);
    throw failure;
  }

  private static EngineException crashed(String message, Throwable cause) {
    return new EngineException(EngineException.Kind.CRASHED, message, cause);
  }

  List<EngineModel> models() {
    return models;
  }

  /** Whether all that ran on it has failed; true before {@code onEnd} is run. */
  boolean hasEnded() {
    return ended;
  }

  /** Nanoseconds since anything came from the worker. */
  long silenceNanos() {
    return System.nanoTime() - lastReplyNanos;
  }

  long newId() {
    return nextId.getAndIncrement();
  }

  /** Sends without expecting an answer of its own; a closed connection ignores it. */
  void send(WorkerCommand.Builder command, long id) {
    channel.send(command.setId(id).build(), null);
  }

  void ping() {
    send(WorkerCommand.newBuilder().setPing(WorkerPing.getDefaultInstance()), newId());
  }

  /** Starts a generation; the listener hears of a dead connection too. */
  void generate(WorkerCommand.Builder command, long id, GenerationListener listener) {
    pending.put(id, new PendingGeneration(listener));
    dispatch(command, id);
  }

  CompletableFuture<WorkerReply> call(WorkerCommand.Builder command, long id, Duration patience) {
    CompletableFuture<WorkerReply> reply = new CompletableFuture<>();
    pending.put(id, new PendingCall(reply));
    dispatch(command, id);
    CompletableFuture<WorkerReply> bounded =
        reply.orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS);
    // When it is still pending here, it timed out.
    var _ = bounded.whenComplete((done, failure) -> abandon(id));
    return bounded;
  }

  /** Nobody waits for this call any more; the worker may stop. */
  void abandon(long id) {
    if (pending.remove(id) instanceof PendingCall call) {
      send(WorkerCommand.newBuilder().setCancel(WorkerCancel.getDefaultInstance()), id);
      call.reply().cancel(false);
    }
  }

  private void dispatch(WorkerCommand.Builder command, long id) {
    WorkerCommand whole = command.setId(id).build();
    if (whole.getSerializedSize() > FrameChannel.MAX_FRAME_BYTES) {
      EngineException tooLarge =
          new EngineException(
              EngineException.Kind.BAD_REQUEST,
              "request: "
                  + whole.getSerializedSize()
                  + " bytes (expected: at most "
                  + FrameChannel.MAX_FRAME_BYTES
                  + ")");
      failOnThreadOfItsOwn(id, tooLarge);
    } else if (!channel.send(whole, null)) {
      EngineException cause = end.get();
      failOnThreadOfItsOwn(id, cause != null ? cause : died("the connection is closed"));
    }
  }

  // Whoever takes it out of the map tells the listener; so it is told once.
  private void failOnThreadOfItsOwn(long id, EngineException failure) {
    Pending taken = pending.remove(id);
    if (taken != null) {
      Thread.ofVirtual().name("worker-refusal").start(() -> fail(taken, failure));
    }
  }

  @Override
  public void onFrame(ByteBuffer frame) throws IOException {
    WorkerReply reply = WorkerReply.parseFrom(frame);
    lastReplyNanos = System.nanoTime();
    long id = reply.getId();
    switch (reply.getKindCase()) {
      case STARTED ->
          tell(id, pending.get(id), l -> l.onStart(reply.getStarted().getPromptTokens()));
      case CHUNK ->
          tell(
              id,
              pending.get(id),
              l -> l.onChunk(reply.getChunk().getChunk(), reply.getChunk().getEvidenceList()));
      case FINISHED -> tell(id, pending.remove(id), l -> l.onFinished(reply.getFinished()));
      case FAILED -> {
        Pending taken = pending.remove(id);
        if (taken != null) {
          fail(taken, WorkerMessages.fromProto(reply.getFailed()));
        }
      }
      case READY, SCORED, EMBEDDED -> {
        if (pending.remove(id) instanceof PendingCall call) {
          call.reply().complete(reply);
        }
      }
      case PONG -> {
        // Any reply is a sign of life.
      }
      case KIND_NOT_SET -> throw new IOException("a reply of a kind this node does not know");
    }
  }

  private interface Tell {
    void to(GenerationListener listener);
  }

  private void tell(long id, @Nullable Pending taken, Tell tell) {
    if (!(taken instanceof PendingGeneration generation)) {
      return;
    }
    try {
      tell.to(generation.listener());
    } catch (RuntimeException e) {
      LOG.warn("a listener failed; its generation is cancelled", e);
      pending.remove(id);
      send(WorkerCommand.newBuilder().setCancel(WorkerCancel.getDefaultInstance()), id);
    }
  }

  private static void fail(Pending taken, EngineException failure) {
    try {
      switch (taken) {
        case PendingGeneration generation -> generation.listener().onError(failure);
        case PendingCall call -> call.reply().completeExceptionally(failure);
      }
    } catch (RuntimeException e) {
      LOG.warn("a listener failed on an error", e);
    }
  }

  /** Ends it for a reason; all that runs on it fails with that reason. */
  void close(EngineException reason) {
    end.compareAndSet(null, reason);
    channel.close();
  }

  @Override
  public void onClosed(IOException cause) {
    if (end.get() == null) {
      end.compareAndSet(null, died(explain.apply(cause)));
    }
    EngineException reason = end.get();
    EngineException known = reason == null ? died(cause.toString()) : reason;
    for (Long id : pending.keySet()) {
      Pending taken = pending.remove(id);
      if (taken != null) {
        fail(taken, known);
      }
    }
    ended = true;
    onEnd.run();
  }

  private static EngineException died(String why) {
    return new EngineException(EngineException.Kind.CRASHED, "the worker process died: " + why);
  }
}

package io.myelin.gateway.openai;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import io.myelin.gateway.http.ApiError;
import io.myelin.gateway.http.ErrorResponses;
import io.myelin.gateway.http.JsonBytes;
import io.myelin.gateway.http.Timers;
import io.myelin.gateway.task.TaskFailure;
import io.myelin.gateway.task.TaskOutcome;
import io.myelin.v1.GeneratedChunk;
import io.myelin.v1.GenerationResult;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One answer as server-sent events. The status line waits for the first chunk or the first comment,
 * so that what fails before is an ordinary HTTP error. Ends in {@code [DONE]} once, or in an {@code
 * error} event, never in both.
 */
final class StreamingAnswer implements TaskGroup.Sink {
  private static final String COMMENT = ": waiting\n\n";
  private static final String DONE = "data: [DONE]\n\n";
  private static final int ROOM = 256;

  private final AnswerContext context;
  private final GenerationRequest request;
  private final AnswerFormat format;
  private final TaskGroup group;
  private final int window;
  private final boolean[] opened;
  private final AtomicIntegerArray sinceCredit;
  private final GenerationResult[] results;

  /** Guards what follows and the order of writes; nothing of the pipeline is called under it. */
  private final ReentrantLock lock = new ReentrantLock();

  private @Nullable ByteBuf pending;
  private boolean headWritten;
  private boolean ended;
  private boolean wroteSinceTick;
  private boolean commentUnread;
  private Timers.@Nullable Handle ticking;

  StreamingAnswer(
      AnswerContext context, GenerationRequest request, AnswerFormat format, TaskGroup group) {
    this.context = context;
    this.request = request;
    this.format = format;
    this.group = group;
    this.window = context.settings().windowChunks();
    int choices = request.specs().size();
    this.opened = new boolean[choices];
    this.sinceCredit = new AtomicIntegerArray(choices);
    this.results = new GenerationResult[choices];
    Arrays.fill(results, GenerationResult.getDefaultInstance());
  }

  /** Begins to write what the tasks give. */
  void start() {
    ticking = context.timers().every(context.settings().commentIntervalMillis(), this::tick);
    context.leaveWhenGone(group);
    var _ =
        context
            .response()
            .whenComplete()
            .handle(
                (nothing, cause) -> {
                  stopTicking();
                  return cause;
                });
    group.start(this, window);
  }

  @Override
  public void chunk(int index, GeneratedChunk chunk) {
    ByteBuf out = context.allocator().buffer(ROOM + chunk.getText().size() * 2);
    open(out, index);
    format.chunk(out, index, chunk);
    sinceCredit.incrementAndGet(index);
    write(out);
  }

  @Override
  public void completed(int index, TaskOutcome outcome) {
    GenerationResult result = outcome.generation();
    if (result != null) {
      results[index] = result;
    }
    ByteBuf out = context.allocator().buffer(2 * ROOM);
    open(out, index);
    format.close(out, index, results[index]);
    write(out);
  }

  private void open(ByteBuf out, int index) {
    if (!opened[index]) {
      opened[index] = true;
      format.open(out, index);
    }
  }

  @Override
  public void allCompleted() {
    ByteBuf out = context.allocator().buffer(2 * ROOM);
    if (request.includeUsage()) {
      format.usage(out, Usage.of(Arrays.asList(results), request.prompts()));
    }
    JsonBytes.raw(out, DONE);
    end(out);
  }

  @Override
  public void failed(TaskFailure failure) {
    fail(TaskErrors.failed(failure, request.promptParameter()));
  }

  private void fail(ApiError error) {
    ByteBuf out = context.allocator().buffer(ROOM);
    lock.lock();
    try {
      if (headWritten || pending != null) {
        ErrorResponses.event(out, error);
      } else if (!ended) {
        headWritten = true;
        context.send(context.errorHeaders(error));
        out.writeBytes(ErrorResponses.body(error));
      }
    } finally {
      lock.unlock();
    }
    end(out);
  }

  private void end(ByteBuf out) {
    write(out, true);
    stopTicking();
  }

  /** Takes the buffer over, or gives it back when there is nothing in it or nobody to take it. */
  private void write(ByteBuf out) {
    write(out, false);
  }

  private void write(ByteBuf out, boolean last) {
    boolean first;
    lock.lock();
    try {
      if (ended || (!out.isReadable() && !last)) {
        out.release();
        return;
      }
      wroteSinceTick = true;
      ended = last;
      ByteBuf waiting = pending;
      first = waiting == null;
      if (waiting == null) {
        pending = out;
      } else {
        waiting.writeBytes(out);
        out.release();
      }
    } finally {
      lock.unlock();
    }
    if (first) {
      context.executor().execute(this::flush);
    }
  }

  /**
   * Sends what was written in this turn of the event loop. The loop first takes in all that nodes
   * sent, then the sockets are written one after another: a process that reads several streams is
   * woken once, not for each.
   */
  private void flush() {
    boolean last;
    lock.lock();
    try {
      ByteBuf waiting = pending;
      if (waiting == null) {
        return;
      }
      pending = null;
      last = ended;
      writeHead();
      // A response that is closed already releases it.
      context.send(HttpData.wrap(waiting));
    } finally {
      lock.unlock();
    }
    if (last) {
      context.closeWithin(context.settings().drainMillis());
    } else {
      credit();
    }
  }

  private void writeHead() {
    if (!headWritten) {
      headWritten = true;
      context.send(
          ResponseHeaders.builder(HttpStatus.OK)
              .contentType(MediaType.EVENT_STREAM)
              .set(HttpHeaderNames.CACHE_CONTROL, "no-cache")
              .set("x-accel-buffering", "no")
              .add(context.headers())
              .build());
    }
  }

  /** Lets the producers go on as far as the client has read: half a window at a time. */
  private void credit() {
    int half = window / 2;
    for (int i = 0; i < sinceCredit.length(); i++) {
      if (sinceCredit.get(i) >= half) {
        sinceCredit.addAndGet(i, -half);
        int index = i;
        // Always from the event loop, and not under the lock above: the pipeline is called.
        var _ =
            context
                .response()
                .whenConsumed()
                .thenRunAsync(() -> group.request(index, half), context.executor());
      }
    }
  }

  /** Tells a waiting client that somebody is there, unless it has not read the last word yet. */
  private void tick() {
    lock.lock();
    try {
      if (!ended && !wroteSinceTick && !commentUnread) {
        writeHead();
        commentUnread = true;
        context.send(HttpData.ofAscii(COMMENT));
        var _ =
            context
                .response()
                .whenConsumed()
                .handleAsync((nothing, cause) -> commentRead(), context.executor());
      }
      wroteSinceTick = false;
    } finally {
      lock.unlock();
    }
  }

  private boolean commentRead() {
    lock.lock();
    try {
      commentUnread = false;
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void stopTicking() {
    Timers.Handle handle = ticking;
    if (handle != null) {
      handle.cancel();
    }
  }
}

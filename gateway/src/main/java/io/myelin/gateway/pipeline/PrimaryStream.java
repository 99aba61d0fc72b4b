package io.myelin.gateway.pipeline;

import com.google.protobuf.ByteString;
import io.myelin.gateway.hub.NodeLink;
import io.myelin.v1.Credit;
import io.myelin.v1.GatewayMessage;
import io.myelin.v1.GeneratedChunk;
import io.myelin.v1.GenerationResult;
import io.myelin.v1.NodeMessage;
import io.myelin.v1.TaskChunk;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * The stream of one primary: its credit, and what waits behind the client. The end of the stream,
 * and a precommit after it, count only once the client has every chunk; until then it may turn out
 * that the client never takes them.
 */
final class PrimaryStream {
  private final NodeLink link;
  private final ByteString taskId;
  private final int attempt;
  private final int base;
  private final int window;
  private long granted;
  private long received;
  private boolean acked;
  private boolean begun;
  private boolean endTold;
  private long lastProgressAtMillis;
  private @Nullable GenerationResult end;
  private @Nullable NodeMessage deferred;

  /**
   * A stream not begun.
   *
   * @param base chunks of the task before its first
   * @param window chunks it may be ahead of the client; granted from the start
   */
  PrimaryStream(NodeLink link, ByteString taskId, int attempt, int base, int window) {
    this.link = link;
    this.taskId = taskId;
    this.attempt = attempt;
    this.base = base;
    this.window = window;
    this.granted = window;
  }

  int attempt() {
    return attempt;
  }

  void ack() {
    acked = true;
  }

  /**
   * Takes a chunk into the log.
   *
   * @return whether it is the first of this stream
   * @throws IllegalArgumentException when the node broke the protocol
   */
  boolean accept(TaskChunk message, OutputLog output, long nowMillis) {
    if (!acked) {
      throw new IllegalArgumentException("a chunk before the ack");
    }
    if (end != null) {
      throw new IllegalArgumentException("a chunk after the last one");
    }
    GeneratedChunk chunk = message.getChunk();
    if (chunk.getSeq() != output.size()) {
      throw new IllegalArgumentException(
          "chunk seq: %s (expected: %d)"
              .formatted(Integer.toUnsignedString(chunk.getSeq()), output.size()));
    }
    lastProgressAtMillis = nowMillis;
    if (chunk.getTokensCount() > 0 || !chunk.getText().isEmpty()) {
      if (received >= granted) {
        throw new IllegalArgumentException("a chunk beyond the credit of " + granted);
      }
      if (!chunk.getText().isValidUtf8()) {
        throw new IllegalArgumentException("chunk " + chunk.getSeq() + " is not UTF-8");
      }
      received++;
      output.append(chunk);
    }
    if (message.hasResult()) {
      end = message.getResult();
    }
    boolean first = !begun;
    begun = true;
    return first;
  }

  /** Lets the node send as far as the client (or the journal) has come. */
  void consumed(int chunks, InstantSource clock) {
    long allowed = (long) chunks - base + window;
    long more = allowed - granted;
    // In halves of the window: a message for every chunk would double the traffic.
    if (end == null && more >= Math.max(1, window / 2)) {
      if (received == granted) {
        // It could not go on before: it has all of its time from here.
        lastProgressAtMillis = clock.millis();
      }
      granted = allowed;
      link.send(
          GatewayMessage.newBuilder()
              .setCredit(Credit.newBuilder().setTaskId(taskId).setChunks((int) more))
              .build());
    }
  }

  /** The end, once, when the client has everything before it. */
  @Nullable GenerationResult takeEnd() {
    if (endTold) {
      return null;
    }
    endTold = end != null;
    return end;
  }

  /** Whether the end came but was not told yet. */
  boolean endWaits() {
    return end != null && !endTold;
  }

  /** Keeps a message that came behind the end; only one can. */
  void defer(NodeMessage message) {
    if (deferred != null) {
      throw new IllegalArgumentException("a second precommit");
    }
    deferred = message;
  }

  @Nullable NodeMessage takeDeferred() {
    NodeMessage message = deferred;
    deferred = null;
    return message;
  }

  /** When the last chunk came, or it could go on after its credit was used up; 0 before both. */
  long lastProgressAtMillis() {
    return lastProgressAtMillis;
  }
}

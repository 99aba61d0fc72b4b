package io.myelin.engine.worker;

import com.google.protobuf.MessageLite;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Frames over one socket, the same at both ends: one thread reads and hands out, one writes from a
 * bounded queue, so that no caller of {@link #send} ever waits for the other side.
 */
final class FrameChannel implements AutoCloseable {

  /** Largest message; a prompt of 10 MiB fits. */
  static final int MAX_FRAME_BYTES = 32 << 20;

  /** Receives what comes; all calls on the reading thread. */
  interface Handler {
    void onFrame(ByteBuffer frame) throws IOException;

    /** Called once, after the last frame. */
    void onClosed(IOException cause);
  }

  private record Outgoing(MessageLite message, @Nullable Runnable written) {}

  private final SocketChannel socket;
  private final Handler handler;
  private final BlockingQueue<Outgoing> outgoing;
  private final AtomicReference<@Nullable IOException> end = new AtomicReference<>();
  private final Thread reader;
  private final Thread writer;

  FrameChannel(String name, SocketChannel socket, int queueFrames, Handler handler) {
    this.socket = socket;
    this.handler = handler;
    this.outgoing = new ArrayBlockingQueue<>(queueFrames);
    this.reader = Thread.ofPlatform().daemon().name(name + "-read").unstarted(this::readAll);
    this.writer = Thread.ofPlatform().daemon().name(name + "-write").unstarted(this::writeAll);
  }

  void start() {
    reader.start();
    writer.start();
  }

  /**
   * Puts a message in line. A full line means that the other side no longer reads: the channel is
   * closed.
   *
   * @param written run on the writing thread once the message is with the kernel
   * @return false when the channel is closed
   */
  boolean send(MessageLite message, @Nullable Runnable written) {
    if (end.get() != null) {
      return false;
    }
    if (message.getSerializedSize() > MAX_FRAME_BYTES) {
      throw new IllegalArgumentException(
          "message: "
              + message.getSerializedSize()
              + " bytes (expected: at most "
              + MAX_FRAME_BYTES
              + ")");
    }
    if (!outgoing.offer(new Outgoing(message, written))) {
      close(new IOException("the other side does not read: " + outgoing.size() + " frames wait"));
      return false;
    }
    return true;
  }

  boolean isClosed() {
    return end.get() != null;
  }

  @Override
  public void close() {
    close(new IOException("closed"));
  }

  /** Ends both threads; the first cause counts. */
  void close(IOException cause) {
    if (end.compareAndSet(null, cause)) {
      closeSocket();
      writer.interrupt();
    }
  }

  private void closeSocket() {
    try {
      socket.close();
    } catch (IOException e) {
      // Nothing is left to do with it.
    }
  }

  private void readAll() {
    FrameDecoder decoder = new FrameDecoder(MAX_FRAME_BYTES);
    ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 16);
    IOException cause;
    try {
      while (socket.read(buffer.clear()) >= 0) {
        decoder.accept(buffer.flip(), handler::onFrame);
      }
      cause =
          new EOFException(
              decoder.atBoundary()
                  ? "the other side closed the connection"
                  : "the other side closed the connection inside a frame");
    } catch (IOException e) {
      cause = e;
    } catch (RuntimeException e) {
      cause = new IOException("a handler failed: " + e, e);
    }
    close(cause);
    IOException first = end.get();
    handler.onClosed(first == null ? cause : first);
  }

  private void writeAll() {
    ByteBuffer header = ByteBuffer.allocate(4);
    try {
      while (end.get() == null) {
        Outgoing next = outgoing.take();
        byte[] bytes = next.message().toByteArray();
        ByteBuffer[] frame = {header.clear().putInt(bytes.length).flip(), ByteBuffer.wrap(bytes)};
        while (frame[1].hasRemaining() || frame[0].hasRemaining()) {
          socket.write(frame);
        }
        Runnable written = next.written();
        if (written != null) {
          written.run();
        }
      }
    } catch (InterruptedException e) {
      close(new IOException("closed"));
    } catch (IOException e) {
      close(e);
    } catch (RuntimeException e) {
      close(new IOException("a callback failed: " + e, e));
    }
  }
}

package io.myelin.engine.worker;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Cuts a byte stream into frames of a four-byte big-endian length and that many bytes. Grows with
 * the bytes that came, not with the length that was claimed.
 */
final class FrameDecoder {

  /** Takes whole frames. */
  interface FrameHandler {
    void onFrame(ByteBuffer frame) throws IOException;
  }

  private static final int HEADER_BYTES = 4;
  private static final int START_BYTES = 8192;

  private final int maxFrameBytes;
  private byte[] buffer = new byte[START_BYTES];
  private int size;

  FrameDecoder(int maxFrameBytes) {
    this.maxFrameBytes = maxFrameBytes;
  }

  /** Consumes all of {@code input}; hands out each frame as soon as it is whole. */
  void accept(ByteBuffer input, FrameHandler handler) throws IOException {
    int more = input.remaining();
    if (size + more > buffer.length) {
      buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, size + more));
    }
    input.get(buffer, size, more);
    size += more;
    int at = 0;
    while (size - at >= HEADER_BYTES) {
      int length = ByteBuffer.wrap(buffer, at, HEADER_BYTES).getInt();
      if (length < 0 || length > maxFrameBytes) {
        throw new IOException(
            "frame length: "
                + Integer.toUnsignedString(length)
                + " (expected: 0.."
                + maxFrameBytes
                + ")");
      }
      if (size - at - HEADER_BYTES < length) {
        break;
      }
      handler.onFrame(ByteBuffer.wrap(buffer, at + HEADER_BYTES, length));
      at += HEADER_BYTES + length;
    }
    System.arraycopy(buffer, at, buffer, 0, size - at);
    size -= at;
    if (size == 0 && buffer.length > 16 * START_BYTES) {
      buffer = new byte[START_BYTES];
    }
  }

  /** Whether the stream stands between two frames. */
  boolean atBoundary() {
    return size == 0;
  }
}

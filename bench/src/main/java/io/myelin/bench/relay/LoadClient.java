package io.myelin.bench.relay;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Opens streams and reads them on one thread with as little work as it can, so that it costs both
 * candidates the same.
 */
final class LoadClient {
  private static final byte[] DONE = "data: [DONE]".getBytes(StandardCharsets.US_ASCII);

  private LoadClient() {}

  /**
   * What the streams showed.
   *
   * @param tokens stamps read
   * @param delaysNanos delay of each token after warm-up, sorted
   * @param firstNanos time to first token of each stream, sorted
   * @param complete streams that ended in {@code [DONE]}
   */
  @SuppressWarnings("ArrayRecordComponent") // figures of a bench, never compared
  record Outcome(long tokens, long[] delaysNanos, long[] firstNanos, int complete) {
    double delayMicros(double quantile) {
      return at(delaysNanos, quantile) / 1e3;
    }

    double firstMillis(double quantile) {
      return at(firstNanos, quantile) / 1e6;
    }

    private static double at(long[] sorted, double quantile) {
      return sorted.length == 0
          ? Double.NaN
          : sorted[(int) Math.min(sorted.length - 1, Math.floor(quantile * sorted.length))];
    }
  }

  private static final class Stream {
    final StampedToken.Scanner scanner = new StampedToken.Scanner();
    final long openedNanos = System.nanoTime();
    boolean seenFirst;
    boolean done;
    int matched;
  }

  static Outcome run(
      int port, int streams, String body, String bearer, int expectedTokens, long deadlineNanos)
      throws IOException {
    byte[] request =
        ("POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer "
                + bearer
                + "\r\nContent-Type: application/json\r\nAccept: text/event-stream\r\nContent-Length: "
                + body.length()
                + "\r\n\r\n"
                + body)
            .getBytes(StandardCharsets.US_ASCII);
    long[] delays = new long[streams * expectedTokens];
    long[] firsts = new long[streams];
    int[] counts = new int[3]; // delays, firsts, complete
    long[] tokens = new long[1];
    try (Selector selector = Selector.open()) {
      for (int i = 0; i < streams; i++) {
        SocketChannel channel =
            SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        ByteBuffer out = ByteBuffer.wrap(request);
        while (out.hasRemaining()) {
          channel.write(out);
        }
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ, new Stream());
      }
      byte[] bytes = new byte[1 << 16];
      ByteBuffer in = ByteBuffer.wrap(bytes);
      int open = streams;
      while (open > 0 && System.nanoTime() < deadlineNanos) {
        selector.select(100);
        long now = System.nanoTime();
        for (SelectionKey key : selector.selectedKeys()) {
          Stream stream = (Stream) key.attachment();
          in.clear();
          int n = ((SocketChannel) key.channel()).read(in);
          if (n > 0) {
            stream.scanner.scan(
                bytes,
                0,
                n,
                stamp -> {
                  tokens[0]++;
                  if (!stream.seenFirst) {
                    stream.seenFirst = true;
                    firsts[counts[1]++] = now - stream.openedNanos;
                  } else if (counts[0] < delays.length) {
                    delays[counts[0]++] = now - stamp;
                  }
                });
            stream.done |= endsIn(stream, bytes, n);
          }
          if (n < 0 || stream.done) {
            counts[2] += stream.done ? 1 : 0;
            key.channel().close();
            open--;
          }
        }
        selector.selectedKeys().clear();
      }
      for (SelectionKey key : selector.keys()) {
        key.channel().close();
      }
    }
    long[] sortedDelays = Arrays.copyOf(delays, counts[0]);
    long[] sortedFirsts = Arrays.copyOf(firsts, counts[1]);
    Arrays.sort(sortedDelays);
    Arrays.sort(sortedFirsts);
    return new Outcome(tokens[0], sortedDelays, sortedFirsts, counts[2]);
  }

  private static boolean endsIn(Stream stream, byte[] bytes, int length) {
    for (int i = 0; i < length; i++) {
      stream.matched =
          bytes[i] == DONE[stream.matched] ? stream.matched + 1 : bytes[i] == DONE[0] ? 1 : 0;
      if (stream.matched == DONE.length) {
        return true;
      }
    }
    return false;
  }
}

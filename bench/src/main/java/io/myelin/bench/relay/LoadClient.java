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
  private static final byte[] ERROR = "\"error\":{".getBytes(StandardCharsets.US_ASCII);
  private static final long LONGEST_WAIT_MILLIS = 100;

  private final int port;
  private final byte[] request;
  private final long[] delaysNanos;
  private final long[] firstNanos;
  private final byte[] bytes = new byte[1 << 16];
  private final ByteBuffer in = ByteBuffer.wrap(bytes);
  private int delays;
  private int firsts;
  private int complete;
  private int open;
  private long tokens;
  private String failure = "";

  private LoadClient(int port, int streams, int expectedTokens, byte[] request) {
    this.port = port;
    this.request = request;
    this.delaysNanos = new long[streams * expectedTokens];
    this.firstNanos = new long[streams];
  }

  /**
   * What the streams showed.
   *
   * @param tokens stamps read
   * @param delaysNanos delay of each token but the first of a stream, sorted
   * @param firstNanos time to first token of each stream, sorted
   * @param complete streams that ended in {@code [DONE]}
   * @param failure the end of a stream that ended otherwise; empty when none did
   */
  @SuppressWarnings("ArrayRecordComponent") // figures of a bench, never compared
  record Outcome(long tokens, long[] delaysNanos, long[] firstNanos, int complete, String failure) {
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

  /** One connection. */
  private static final class Stream {
    final StampedToken.Scanner scanner = new StampedToken.Scanner();
    final long openedNanos = System.nanoTime();
    boolean seenFirst;
    int matchedDone;
    int matchedError;
  }

  /**
   * Runs the streams to their ends.
   *
   * @param rampNanos the streams are opened one after another within this time
   * @param expectedTokens of each stream
   */
  static Outcome run(
      int port,
      int streams,
      long rampNanos,
      String body,
      String bearer,
      int expectedTokens,
      long deadlineNanos)
      throws IOException {
    String head =
        """
        POST /v1/chat/completions HTTP/1.1\r
        Host: 127.0.0.1\r
        Authorization: Bearer %s\r
        Content-Type: application/json\r
        Accept: text/event-stream\r
        Content-Length: %d\r
        \r
        """
            .formatted(bearer, body.length());
    byte[] request = (head + body).getBytes(StandardCharsets.US_ASCII);
    return new LoadClient(port, streams, expectedTokens, request)
        .run(streams, rampNanos, deadlineNanos);
  }

  private Outcome run(int streams, long rampNanos, long deadlineNanos) throws IOException {
    long startNanos = System.nanoTime();
    int opened = 0;
    try (Selector selector = Selector.open()) {
      while ((opened < streams || open > 0) && System.nanoTime() < deadlineNanos) {
        long sinceStart = System.nanoTime() - startNanos;
        while (opened < streams && sinceStart >= rampNanos * opened / streams) {
          connect(selector);
          opened++;
        }
        long nextNanos = opened < streams ? rampNanos * opened / streams - sinceStart : 0;
        selector.select(
            opened < streams
                ? Math.clamp(nextNanos / 1_000_000, 1, LONGEST_WAIT_MILLIS)
                : LONGEST_WAIT_MILLIS);
        long now = System.nanoTime();
        for (SelectionKey key : selector.selectedKeys()) {
          read(key, now);
        }
        selector.selectedKeys().clear();
      }
      for (SelectionKey key : selector.keys()) {
        key.channel().close();
      }
    }
    Arrays.sort(delaysNanos, 0, delays);
    Arrays.sort(firstNanos, 0, firsts);
    return new Outcome(
        tokens,
        Arrays.copyOf(delaysNanos, delays),
        Arrays.copyOf(firstNanos, firsts),
        complete,
        failure);
  }

  private void connect(Selector selector) throws IOException {
    SocketChannel channel =
        SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    Stream stream = new Stream();
    ByteBuffer out = ByteBuffer.wrap(request);
    while (out.hasRemaining()) {
      channel.write(out);
    }
    channel.configureBlocking(false);
    channel.register(selector, SelectionKey.OP_READ, stream);
    open++;
  }

  private void read(SelectionKey key, long now) throws IOException {
    Stream stream = (Stream) key.attachment();
    in.clear();
    int n = ((SocketChannel) key.channel()).read(in);
    boolean done = false;
    boolean failed = false;
    if (n > 0) {
      stream.scanner.scan(bytes, 0, n, stamp -> token(stream, now, stamp));
      stream.matchedDone = match(stream.matchedDone, DONE, n);
      stream.matchedError = match(stream.matchedError, ERROR, n);
      done = stream.matchedDone == DONE.length;
      failed = stream.matchedError == ERROR.length;
      if (failed) {
        failure = new String(bytes, 0, n, StandardCharsets.UTF_8).strip();
      }
    }
    if (n < 0 || done || failed) {
      complete += done ? 1 : 0;
      key.channel().close();
      open--;
    }
  }

  private void token(Stream stream, long now, long stamp) {
    tokens++;
    if (!stream.seenFirst) {
      stream.seenFirst = true;
      firstNanos[firsts++] = now - stream.openedNanos;
    } else if (delays < delaysNanos.length) {
      delaysNanos[delays++] = now - stamp;
    }
  }

  /** How much of the pattern the bytes end with, or all of it once it was seen. */
  private int match(int matched, byte[] pattern, int length) {
    int now = matched;
    for (int i = 0; i < length && now < pattern.length; i++) {
      now = bytes[i] == pattern[now] ? now + 1 : bytes[i] == pattern[0] ? 1 : 0;
    }
    return now;
  }
}

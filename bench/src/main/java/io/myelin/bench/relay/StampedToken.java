package io.myelin.bench.relay;

/**
 * A token's text that carries when it was made: {@code @} + nanoseconds + {@code #}. The monotonic
 * clock is one for all processes of a machine, so the reader knows the delay.
 */
final class StampedToken {
  static final byte START = '@';
  static final byte END = '#';

  private StampedToken() {}

  static String at(long nanos) {
    return "@" + nanos + "#";
  }

  /** Finds stamps in a stream of bytes that comes in pieces. */
  static final class Scanner {
    private long value;
    private int digits = -1;

    /** Called for each stamp found. */
    interface Sink {
      void accept(long stampNanos);
    }

    void scan(byte[] bytes, int from, int to, Sink sink) {
      for (int i = from; i < to; i++) {
        byte b = bytes[i];
        if (b == START) {
          digits = 0;
          value = 0;
        } else if (digits >= 0) {
          if (b >= '0' && b <= '9' && digits < 19) {
            value = value * 10 + (b - '0');
            digits++;
          } else {
            if (b == END && digits > 0) {
              sink.accept(value);
            }
            digits = -1;
          }
        }
      }
    }
  }
}

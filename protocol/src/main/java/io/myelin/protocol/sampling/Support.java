package io.myelin.protocol.sampling;

import com.google.protobuf.ByteString;
import java.util.Arrays;

/**
 * The candidates of one choice with the model's own log-probabilities, before penalties. Reused
 * from position to position; used by one thread.
 *
 * <p>As bytes: the count; with a repeat penalty the shift in zigzag; then, by falling
 * log-probability, equal ones by rising id, each candidate's distance below the one before (the
 * first's below 0) and its id. All numbers are base-128 varints, shortest form.
 */
public final class Support {
  /** No log-probability is below this, Q10: e^-8192 is zero for every purpose. */
  public static final int LOWEST_Q10 = -(1 << 23);

  private int[] tokens = new int[264];
  private int[] logprobsQ10 = new int[264];
  private int size;
  private int shiftQ10;

  /** None. */
  public Support() {}

  /** Forgets all candidates. */
  public void clear() {
    size = 0;
    shiftQ10 = 0;
  }

  /**
   * Adds a candidate; each token comes once.
   *
   * @param token its id
   * @param logprobQ10 the model's log-probability, {@link #LOWEST_Q10}..0
   */
  public void add(int token, int logprobQ10) {
    if (size == tokens.length) {
      tokens = Arrays.copyOf(tokens, size * 2);
      logprobsQ10 = Arrays.copyOf(logprobsQ10, size * 2);
    }
    tokens[size] = token;
    logprobsQ10[size++] = logprobQ10;
  }

  /** Says what has to be added to a log-probability to get the raw logit, Q10. */
  public void shift(int valueQ10) {
    shiftQ10 = valueQ10;
  }

  /** Number of candidates. */
  public int size() {
    return size;
  }

  /** The id of candidate {@code index}. */
  public int token(int index) {
    return tokens[index];
  }

  /** The log-probability of candidate {@code index}, Q10. */
  public int logprobQ10(int index) {
    return logprobsQ10[index];
  }

  /** What has to be added to a log-probability to get the raw logit, Q10; 0 where not needed. */
  public int shiftQ10() {
    return shiftQ10;
  }

  /** Where {@code token} is; negative if it is no candidate. */
  public int find(int token) {
    for (int i = 0; i < size; i++) {
      if (tokens[i] == token) {
        return i;
      }
    }
    return -1;
  }

  /** The first {@code count} of these keys as bytes; see {@link #key}. Sorts them. */
  static ByteString encode(long[] keys, int count, boolean withShift, int shiftQ10) {
    Arrays.sort(keys, 0, count);
    byte[] bytes = new byte[10 + 10 * count];
    int at = write(bytes, 0, count);
    if (withShift) {
      at = write(bytes, at, ((long) shiftQ10 << 1) ^ (shiftQ10 >> 31));
    }
    long before = 0;
    for (int i = 0; i < count; i++) {
      long below = keys[i] >> 32;
      at = write(bytes, at, below - before);
      at = write(bytes, at, keys[i] & 0xFFFFFFFFL);
      before = below;
    }
    return ByteString.copyFrom(bytes, 0, at);
  }

  /** Sorts by falling value, equal ones by rising id. */
  static long key(int token, int valueQ10) {
    return ((long) -valueQ10 << 32) | (token & 0xFFFFFFFFL);
  }

  private static int write(byte[] bytes, int from, long value) {
    int at = from;
    long rest = value & 0xFFFFFFFFFFL;
    while (rest > 0x7F) {
      bytes[at++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[at++] = (byte) rest;
    return at;
  }

  /**
   * Reads what {@link TokenChooser#kept} wrote.
   *
   * @param withShift whether the request has a repeat penalty
   * @throws IllegalArgumentException if it is not in the one form that is written
   */
  public static Support decode(ByteString bytes, boolean withShift) {
    Reader reader = new Reader(bytes);
    long count = reader.next();
    if (count > TokenChooser.CANDIDATES) {
      throw new IllegalArgumentException(
          "support: " + count + " candidates (expected: at most " + TokenChooser.CANDIDATES + ")");
    }
    Support support = new Support();
    if (withShift) {
      long zigzag = reader.next();
      support.shiftQ10 = Math.toIntExact((zigzag >>> 1) ^ -(zigzag & 1));
    }
    long before = -1;
    long below = 0;
    for (int i = 0; i < count; i++) {
      below += reader.next();
      long token = reader.next();
      if (below > -LOWEST_Q10 || token > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            "support: token %d at -%d (expected: a token below 2^31, at least %d)"
                .formatted(token, below, LOWEST_Q10));
      }
      long key = key((int) token, (int) -below);
      if (key <= before) {
        throw new IllegalArgumentException(
            "support: token " + token + " is out of order (expected: best first, each once)");
      }
      before = key;
      support.add((int) token, (int) -below);
    }
    reader.end();
    support.refuseRepeated();
    return support;
  }

  private void refuseRepeated() {
    int[] sorted = Arrays.copyOf(tokens, size);
    Arrays.sort(sorted);
    for (int i = 1; i < size; i++) {
      if (sorted[i] == sorted[i - 1]) {
        throw new IllegalArgumentException(
            "support: token " + sorted[i] + " comes twice (expected: each once)");
      }
    }
  }

  private static final class Reader {
    private final ByteString bytes;
    private int at;

    Reader(ByteString bytes) {
      this.bytes = bytes;
    }

    /** At most 35 bits, which hold every number that is written. */
    long next() {
      long value = 0;
      for (int bits = 0; bits < 35; bits += 7) {
        if (at == bytes.size()) {
          throw new IllegalArgumentException("support: cut short after " + at + " bytes");
        }
        byte one = bytes.byteAt(at++);
        value |= (long) (one & 0x7F) << bits;
        if (one >= 0) {
          if (one == 0 && bits > 0) {
            break;
          }
          return value;
        }
      }
      throw new IllegalArgumentException(
          "support: number before byte " + at + " (expected: 35 bits at most, shortest form)");
    }

    void end() {
      if (at != bytes.size()) {
        throw new IllegalArgumentException(
            "support: %d bytes after the last candidate (expected: none)"
                .formatted(bytes.size() - at));
      }
    }
  }
}

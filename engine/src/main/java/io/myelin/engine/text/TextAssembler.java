package io.myelin.engine.text;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Decides, token by token, which whole tokens may go out with exactly their text. A token is held
 * back while the text up to its end stops inside a character or inside what may become a stop
 * string. After a release nothing that was released can matter again, so an assembler that starts
 * empty behind a released token goes on exactly like this one: that is what failover builds on.
 *
 * <p>Of several stop strings the one that is complete first ends the text; of those complete at the
 * same byte, the longest. How the text is split into tokens does not matter.
 */
public final class TextAssembler {
  /** Most stop strings. */
  public static final int MAX_STOPS = 32;

  /** Longest stop string in bytes of UTF-8. */
  public static final int MAX_STOP_BYTES = 1024;

  private final List<byte[]> stops;
  private byte[] held = new byte[64];
  private int heldLength;
  private int[] tokenEnds = new int[8];
  private boolean[] tokenEndsCharacter = new boolean[8];
  private int heldTokens;
  private int state = Utf8.BOUNDARY;
  private boolean stopped;

  /**
   * What goes out now.
   *
   * @param tokens how many of the held tokens, oldest first
   * @param text their text, valid UTF-8
   */
  public record Released(int tokens, ByteString text) {
    /** Nothing. */
    public static final Released NOTHING = new Released(0, ByteString.EMPTY);
  }

  /** With the strings that end the text and never appear in it. */
  public TextAssembler(List<String> stops) {
    if (stops.size() > MAX_STOPS) {
      throw new IllegalArgumentException(
          "stop: %d strings (expected: at most %d)".formatted(stops.size(), MAX_STOPS));
    }
    List<byte[]> encoded = new ArrayList<>();
    for (String stop : stops) {
      byte[] bytes = stop.getBytes(StandardCharsets.UTF_8);
      if (bytes.length == 0 || bytes.length > MAX_STOP_BYTES) {
        throw new IllegalArgumentException(
            "stop: a string of %d bytes (expected: 1..%d)".formatted(bytes.length, MAX_STOP_BYTES));
      }
      encoded.add(bytes);
    }
    this.stops = List.copyOf(encoded);
  }

  /** Whether a stop string was met; then everything held was released and nothing may follow. */
  public boolean stopped() {
    return stopped;
  }

  /** Tokens held back now. */
  public int heldTokens() {
    return heldTokens;
  }

  /** Adds one token's bytes (maybe none) and says what goes out. */
  public Released push(byte[] piece) {
    if (stopped) {
      throw new IllegalStateException("push after a stop string");
    }
    addToken();
    for (byte value : piece) {
      append(value);
      state = Utf8.next(state, value & 0xFF);
      int stop = longestStopEndingHere();
      if (stop > 0) {
        stopped = true;
        return releaseAll(heldLength - stop, false);
      }
    }
    tokenEnds[heldTokens - 1] = heldLength;
    tokenEndsCharacter[heldTokens - 1] = state == Utf8.BOUNDARY;
    return release(heldLength - longestBeginningOfStop());
  }

  /** Releases the rest; bytes of an unfinished character at the very end are dropped. */
  public Released finish() {
    return heldTokens == 0 ? Released.NOTHING : releaseAll(heldLength, true);
  }

  private Released release(int safe) {
    int count = heldTokens;
    while (count > 0 && !(tokenEndsCharacter[count - 1] && tokenEnds[count - 1] <= safe)) {
      count--;
    }
    if (count == 0) {
      return Released.NOTHING;
    }
    int end = tokenEnds[count - 1];
    Released released = new Released(count, text(end, false));
    heldLength -= end;
    System.arraycopy(held, end, held, 0, heldLength);
    heldTokens -= count;
    for (int i = 0; i < heldTokens; i++) {
      tokenEnds[i] = tokenEnds[i + count] - end;
      tokenEndsCharacter[i] = tokenEndsCharacter[i + count];
    }
    return released;
  }

  private Released releaseAll(int end, boolean dropTail) {
    Released released = new Released(heldTokens, text(end, dropTail));
    heldLength = 0;
    heldTokens = 0;
    state = Utf8.BOUNDARY;
    return released;
  }

  private ByteString text(int end, boolean dropTail) {
    return UnsafeByteOperations.unsafeWrap(Utf8.repair(held, 0, end, dropTail));
  }

  private int longestStopEndingHere() {
    int longest = 0;
    for (byte[] stop : stops) {
      if (stop.length > longest && endsWith(stop, stop.length)) {
        longest = stop.length;
      }
    }
    return longest;
  }

  private int longestBeginningOfStop() {
    int longest = 0;
    for (byte[] stop : stops) {
      for (int length = Math.min(stop.length - 1, heldLength); length > longest; length--) {
        if (endsWith(stop, length)) {
          longest = length;
        }
      }
    }
    return longest;
  }

  private boolean endsWith(byte[] stop, int length) {
    return length <= heldLength
        && Arrays.equals(held, heldLength - length, heldLength, stop, 0, length);
  }

  private void append(byte value) {
    if (heldLength == held.length) {
      held = Arrays.copyOf(held, held.length * 2);
    }
    held[heldLength++] = value;
  }

  private void addToken() {
    if (heldTokens == tokenEnds.length) {
      tokenEnds = Arrays.copyOf(tokenEnds, heldTokens * 2);
      tokenEndsCharacter = Arrays.copyOf(tokenEndsCharacter, heldTokens * 2);
    }
    heldTokens++;
  }
}

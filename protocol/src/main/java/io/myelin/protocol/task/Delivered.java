package io.myelin.protocol.task;

import io.myelin.protocol.ids.Digest;
import java.util.Objects;

/**
 * A position in a task's one stream: everything before it went, or goes without fail, to the
 * client.
 *
 * @param chunks chunks before it
 * @param tokens tokens in them
 * @param streamHead head of the hash chain after them
 * @param textDigest SHA-256 of their text
 */
public record Delivered(int chunks, int tokens, Digest streamHead, Digest textDigest) {

  /** Checks ranges. */
  public Delivered {
    Objects.requireNonNull(streamHead, "streamHead");
    Objects.requireNonNull(textDigest, "textDigest");
    if (chunks < 0 || tokens < 0) {
      throw new IllegalArgumentException(
          "chunks, tokens: " + chunks + ", " + tokens + " (expected: >= 0)");
    }
  }

  /**
   * Whether this can be a later (or the same) position of the stream that {@code earlier} is in.
   */
  public boolean continues(Delivered earlier) {
    return chunks == earlier.chunks
        ? equals(earlier)
        : chunks > earlier.chunks && tokens >= earlier.tokens;
  }

  @Override
  public String toString() {
    return chunks + " chunks/" + tokens + " tokens@" + streamHead.shortHex();
  }
}

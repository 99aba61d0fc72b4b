package io.myelin.protocol.stream;

import com.google.protobuf.ByteString;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.TaskId;
import io.myelin.v1.GeneratedChunk;
import java.nio.charset.StandardCharsets;
import java.security.DigestException;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * The running SHA-256 over a task's delivered stream. It starts from the task id, and every chunk
 * that carries tokens or text moves its head:
 *
 * <pre>
 * h0 = SHA256("myelin/stream/1" || taskId)
 * h' = SHA256(h || u32be tokenCount || u32be token … || u32be textLength || text)
 * </pre>
 *
 * A chunk empty in both does not move it. Appending allocates nothing once the scratch space has
 * grown to the largest chunk. Not safe for use by several threads at once.
 */
public final class HashChain {
  private static final byte[] DOMAIN = "myelin/stream/1".getBytes(StandardCharsets.US_ASCII);
  private static final int INITIAL_SCRATCH = 256;

  private final MessageDigest sha256 = Sha256.newDigest();
  private final byte[] head;
  private byte[] scratch = new byte[INITIAL_SCRATCH];

  private HashChain(byte[] head) {
    this.head = head;
  }

  /** The chain of a task of which nothing was delivered yet. */
  public static HashChain start(TaskId task) {
    return new HashChain(genesis(task).bytes());
  }

  /** The chain that goes on from a known head. */
  public static HashChain resume(Digest head) {
    return new HashChain(head.bytes());
  }

  /** The head before the first chunk. */
  public static Digest genesis(TaskId task) {
    return Sha256.hash(DOMAIN, task.bytes());
  }

  /** The head after one more chunk, as a pure function. */
  public static Digest next(Digest head, int[] tokens, byte[] text) {
    HashChain chain = resume(head);
    chain.append(tokens, text);
    return chain.head();
  }

  /** The head over a whole stream. */
  public static Digest over(TaskId task, Iterable<GeneratedChunk> chunks) {
    HashChain chain = start(task);
    for (GeneratedChunk chunk : chunks) {
      chain.append(chunk);
    }
    return chain.head();
  }

  /** Appends a chunk: its tokens (unsigned 32 bits each) and its UTF-8 text. */
  public void append(int[] tokens, byte[] text) {
    if (tokens.length == 0 && text.length == 0) {
      return;
    }
    int textAt = reserve(tokens.length, text.length);
    for (int i = 0; i < tokens.length; i++) {
      putInt(Integer.BYTES * (1 + i), tokens[i]);
    }
    System.arraycopy(text, 0, scratch, textAt, text.length);
    advance(textAt + text.length);
  }

  /**
   * Appends a chunk as it came over the wire; its sequence number and log-probabilities do not
   * count.
   */
  public void append(GeneratedChunk chunk) {
    int tokens = chunk.getTokensCount();
    ByteString text = chunk.getText();
    if (tokens == 0 && text.isEmpty()) {
      return;
    }
    int textAt = reserve(tokens, text.size());
    for (int i = 0; i < tokens; i++) {
      putInt(Integer.BYTES * (1 + i), chunk.getTokens(i));
    }
    text.copyTo(scratch, textAt);
    advance(textAt + text.size());
  }

  /** The head so far. */
  public Digest head() {
    return Digest.of(head);
  }

  /** Whether the head is this one; allocates nothing of its own. */
  public boolean headEquals(byte[] other) {
    return Arrays.equals(head, other);
  }

  /** Makes room, writes both counts, and returns where the text goes. */
  private int reserve(int tokens, int textLength) {
    int textAt = Math.addExact(Math.multiplyExact(Integer.BYTES, tokens), 2 * Integer.BYTES);
    int needed = Math.addExact(textAt, textLength);
    if (scratch.length < needed) {
      scratch = new byte[Math.max(needed, 2 * scratch.length)];
    }
    putInt(0, tokens);
    putInt(textAt - Integer.BYTES, textLength);
    return textAt;
  }

  private void putInt(int at, int value) {
    scratch[at] = (byte) (value >>> 24);
    scratch[at + 1] = (byte) (value >>> 16);
    scratch[at + 2] = (byte) (value >>> 8);
    scratch[at + 3] = (byte) value;
  }

  private void advance(int length) {
    sha256.update(head);
    sha256.update(scratch, 0, length);
    try {
      sha256.digest(head, 0, head.length);
    } catch (DigestException e) {
      throw new IllegalStateException("SHA-256 does not fit its own length", e);
    }
  }
}

package io.myelin.gateway.pipeline;

import com.google.protobuf.ByteString;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.stream.HashChain;
import io.myelin.protocol.task.Delivered;
import io.myelin.v1.GeneratedChunk;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A task's one stream as it was relayed: chunks, hash chain, text digest. Written by the task's
 * loop; others may read {@link #size} and {@link #chunk} at any time.
 */
final class OutputLog {
  private final TaskId task;
  private final HashChain chain;
  private final MessageDigest text = Sha256.newDigest();
  private GeneratedChunk[] chunks = new GeneratedChunk[64];
  private volatile int size;
  private int tokens;

  OutputLog(TaskId task) {
    this.task = task;
    this.chain = HashChain.start(task);
  }

  /** Where every stream of this task begins. */
  static Delivered start(TaskId task) {
    return new Delivered(0, 0, HashChain.genesis(task), Sha256.hash(new byte[0]));
  }

  /** Chunks so far. */
  int size() {
    return size;
  }

  GeneratedChunk chunk(int index) {
    // The size is read first: an array at least as new as it is seen then.
    if (index >= size) {
      throw new IndexOutOfBoundsException("chunk " + index + " of " + size);
    }
    return chunks[index];
  }

  void append(GeneratedChunk chunk) {
    int at = size;
    if (chunk.getSeq() != at) {
      throw new IllegalArgumentException("seq: " + chunk.getSeq() + " (expected: " + at + ")");
    }
    if (at == chunks.length) {
      chunks = Arrays.copyOf(chunks, 2 * at);
    }
    chunks[at] = chunk;
    chain.append(chunk);
    text.update(chunk.getText().asReadOnlyByteBuffer());
    tokens += chunk.getTokensCount();
    size = at + 1;
  }

  /** The position after everything so far. */
  Delivered position() {
    try {
      MessageDigest copy = (MessageDigest) text.clone();
      return new Delivered(size, tokens, chain.head(), Digest.of(copy.digest()));
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("this Java's SHA-256 cannot be copied", e);
    }
  }

  /** The position after the first {@code count} chunks. */
  Delivered position(int count) {
    if (count == size) {
      return position();
    }
    OutputLog part = new OutputLog(task);
    for (int i = 0; i < count; i++) {
      part.append(chunks[i]);
    }
    return part.position();
  }

  /** Tokens of the chunks from {@code from} (inclusive) to {@code to} (exclusive). */
  int tokens(int from, int to) {
    int sum = 0;
    for (int i = from; i < Math.min(to, size); i++) {
      sum += chunks[i].getTokensCount();
    }
    return sum;
  }

  /** Token ids of the first {@code count} chunks. */
  List<Integer> tokenIds(int count) {
    List<Integer> ids = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ids.addAll(chunks[i].getTokensList());
    }
    return ids;
  }

  /** Text of the first {@code count} chunks. */
  ByteString text(int count) {
    ByteString.Output out = ByteString.newOutput();
    int upTo = Math.min(count, size);
    for (int i = 0; i < upTo; i++) {
      try {
        chunks[i].getText().writeTo(out);
      } catch (java.io.IOException e) {
        throw new java.io.UncheckedIOException("memory takes every byte", e);
      }
    }
    return out.toByteString();
  }
}

package io.myelin.protocol.cognitive;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.v1.GeneratedChunk;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.RoundContent;
import io.myelin.v1.RoundContent.Kind;
import java.util.Optional;

/**
 * What one node made in a round.
 *
 * @param digest of the bytes: what the chain is bound to
 * @param bytes as they travel
 * @param node who says that it made it
 * @param input digest of what it was made from; empty for fixed words
 */
public record RoundWork(
    Digest digest, ByteString bytes, RoundContent content, Address node, Optional<Digest> input) {
  /** Most bytes: some 100 tokens with their evidence. */
  public static final int MAX_BYTES = 128 << 10;

  private static final int MOST_MODEL_CHARS = 200;
  private static final int MOST_TEXT_CHARS = 600;

  /**
   * Reads it.
   *
   * @throws IllegalArgumentException when it is too long or not well formed
   */
  public static RoundWork of(ByteString bytes) {
    if (bytes.size() > MAX_BYTES) {
      throw new IllegalArgumentException(
          "content: " + bytes.size() + " bytes (expected: at most " + MAX_BYTES + ")");
    }
    RoundContent content;
    try {
      content = RoundContent.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("content: " + e.getMessage(), e);
    }
    if (content.getKind() == Kind.KIND_UNSPECIFIED || content.getKind() == Kind.UNRECOGNIZED) {
      throw new IllegalArgumentException("kind: " + content.getKindValue() + " (expected: 1 to 3)");
    }
    String model = content.getModel();
    if (model.isEmpty() || model.length() > MOST_MODEL_CHARS) {
      throw new IllegalArgumentException(
          "model: %d characters (expected: 1 to %d)".formatted(model.length(), MOST_MODEL_CHARS));
    }
    Digest _ = Digest.of(content.getRoundId().toByteArray());
    ByteString input = content.getInputDigest();
    return new RoundWork(
        Sha256.hash(bytes.toByteArray()),
        bytes,
        content,
        Address.of(content.getNode().toByteArray()),
        input.isEmpty() ? Optional.empty() : Optional.of(Digest.of(input.toByteArray())));
  }

  /** What kind of content it is. */
  public Kind kind() {
    return content.getKind();
  }

  /** Which round it says that it is of. */
  public Digest roundId() {
    return Digest.of(content.getRoundId().toByteArray());
  }

  /** What it says, as others go on from it: of a long text the beginning. */
  public String text() {
    ByteString text = ByteString.EMPTY;
    for (GeneratedChunk chunk : content.getEvidence().getChunksList()) {
      text = text.concat(chunk.getText());
    }
    String whole = text.toStringUtf8().strip();
    return whole.substring(0, Math.min(whole.length(), MOST_TEXT_CHARS));
  }

  /**
   * What was to be generated.
   *
   * @param input the text that it was made from
   */
  public GenerationSpec spec(long number, long beganSeconds, String input) {
    return RoundTasks.spec(kind(), content.getModel(), number, beganSeconds, node, input);
  }
}

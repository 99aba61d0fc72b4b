package io.myelin.protocol.work;

import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.receipt.Receipt;
import io.myelin.protocol.receipt.ReceiptNode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.stream.Stream;

/**
 * Which answers one validator wants to see. Its luck with an answer is a hash of its own signature
 * over what the nodes committed to: nobody else can tell it beforehand, other work for the same
 * task draws anew, the validator finds the same again after a restart, and by showing the signature
 * it proves what it drew.
 */
public final class WorkSample {
  /**
   * One answer in so many is wanted by each member of a committee, when a session is {@link
   * VerificationLevel#SAMPLED}: of five members, one answer in twenty by any.
   */
  public static final int ONE_IN = 100;

  private static final byte[] PURPOSE = "myelin/sample/2".getBytes(StandardCharsets.UTF_8);

  private WorkSample() {}

  /**
   * What a validator signs to draw.
   *
   * @param commitments the hash of what each node committed to, in any order
   */
  public static Digest content(TaskId task, Collection<Digest> commitments) {
    // A gateway chooses the order of a receipt's nodes, and must not draw by it.
    Stream<byte[]> sorted = commitments.stream().sorted().map(Digest::bytes);
    return Keccak256.hash(
        Stream.concat(Stream.of(PURPOSE, task.bytes()), sorted).toArray(byte[][]::new));
  }

  /** The same, of a receipt. */
  public static Digest content(Receipt receipt) {
    return content(receipt.taskId(), receipt.nodes().stream().map(WorkSample::work).toList());
  }

  /** By which a node's work in a receipt is known: the hash of what it committed to. */
  public static Digest work(ReceiptNode node) {
    return node.commitment().statement().hashStruct();
  }

  /** What a validator draws; it proves to others that it did. */
  public static Signature draw(OperatorKey validator, Digest content) {
    return validator.sign(content);
  }

  /** What a draw comes to. */
  public static Digest luck(Signature draw) {
    return Sha256.hash(draw.bytes());
  }

  /** Whether who drew this wants to see the work. */
  public static boolean isDrawn(Digest luck, VerificationLevel level) {
    return switch (level) {
      case NONE -> false;
      // Any bias of the remainder is below 2^-56.
      case SAMPLED, REDUNDANT ->
          Long.remainderUnsigned(ByteBuffer.wrap(luck.bytes()).getLong(), ONE_IN) == 0;
      case FULL -> true;
    };
  }
}

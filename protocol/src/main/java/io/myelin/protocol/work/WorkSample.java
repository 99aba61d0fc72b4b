package io.myelin.protocol.work;

import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.TaskId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Which answers one validator wants to see. Its luck with a task is a hash of its own signature
 * over the task's id: nobody else can tell it beforehand, the validator finds the same again after
 * a restart, and by showing the signature it proves what it drew.
 */
public final class WorkSample {
  /**
   * One answer in so many is wanted by each member of a committee, when a session is {@link
   * VerificationLevel#SAMPLED}: of five members, one answer in twenty by any.
   */
  public static final int ONE_IN = 100;

  private static final byte[] PURPOSE = "myelin/sample/1".getBytes(StandardCharsets.UTF_8);

  private WorkSample() {}

  /** What a validator draws for a task. */
  public static Digest luck(OperatorKey validator, TaskId task) {
    return Sha256.hash(validator.sign(Keccak256.hash(PURPOSE, task.bytes())).bytes());
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

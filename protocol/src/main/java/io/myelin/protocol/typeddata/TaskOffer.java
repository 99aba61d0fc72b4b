package io.myelin.protocol.typeddata;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.ids.TaskId;

/**
 * What a gateway signs when it asks a node to work; with the node's commit it proves that the work
 * was wanted.
 *
 * @param attempt counts offers of the task, from 1
 * @param primary whether this node's chunks go to the client
 * @param specDigest of the work message
 * @param deadlineMillis Unix time after which the offer is void
 */
public record TaskOffer(
    TaskId taskId,
    SessionId sessionId,
    Address node,
    int attempt,
    boolean primary,
    Digest specDigest,
    long deadlineMillis)
    implements TypedStruct {
  /** The type as EIP-712 hashes it. */
  public static final StructType TYPE =
      StructType.parse(
          "TaskOffer(bytes32 taskId,bytes32 sessionId,address node,uint32 attempt,bool primary,"
              + "bytes32 specDigest,uint64 deadlineMillis)");

  public TaskOffer {
    if (attempt < 1) {
      throw new IllegalArgumentException("attempt: " + attempt + " (expected: >= 1)");
    }
    if (deadlineMillis < 0) {
      throw new IllegalArgumentException("deadlineMillis: " + deadlineMillis + " (expected: >= 0)");
    }
  }

  @Override
  public StructType type() {
    return TYPE;
  }

  @Override
  public void writeTo(FieldWriter writer) {
    writer.bytes32(taskId);
    writer.bytes32(sessionId);
    writer.address(node);
    writer.uint(attempt);
    writer.bool(primary);
    writer.bytes32(specDigest);
    writer.uint(deadlineMillis);
  }
}

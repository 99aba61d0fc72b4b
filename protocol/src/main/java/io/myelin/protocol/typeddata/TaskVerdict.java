package io.myelin.protocol.typeddata;

import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.ids.TaskId;

/**
 * What a committee attests of a task on chain.
 *
 * @param accepted whether the work counts
 * @param commitsDigest of the commits that were judged
 */
public record TaskVerdict(
    SessionId sessionId, TaskId taskId, boolean accepted, Digest commitsDigest)
    implements TypedStruct {
  /** The type as EIP-712 hashes it. */
  public static final StructType TYPE =
      StructType.parse(
          "TaskVerdict(bytes32 sessionId,bytes32 taskId,bool accepted," + "bytes32 commitsDigest)");

  @Override
  public StructType type() {
    return TYPE;
  }

  @Override
  public void writeTo(FieldWriter writer) {
    writer.bytes32(sessionId);
    writer.bytes32(taskId);
    writer.bool(accepted);
    writer.bytes32(commitsDigest);
  }
}

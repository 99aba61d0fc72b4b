package io.myelin.protocol.typeddata;

import io.myelin.protocol.ids.TaskId;

/**
 * What a client of the queue signs so that somebody else cancels its task and pays the gas.
 *
 * @param taskId to cancel
 */
public record TaskCancel(TaskId taskId) implements TypedStruct {
  /** The type as EIP-712 hashes it. */
  public static final StructType TYPE = StructType.parse("TaskCancel(bytes32 taskId)");

  @Override
  public StructType type() {
    return TYPE;
  }

  @Override
  public void writeTo(FieldWriter writer) {
    writer.bytes32(taskId);
  }
}

package io.myelin.protocol.ids;

import com.fasterxml.jackson.annotation.JsonCreator;

/** One request inside a session: 32 bytes, shown as 64 hex digits. */
public final class TaskId extends FixedBytes implements Comparable<TaskId> {
  /** Bytes in one. */
  public static final int LENGTH = 32;

  private TaskId(byte[] bytes) {
    super("task id", LENGTH, bytes);
  }

  /**
   * From its bytes, which are copied.
   *
   * @throws IllegalArgumentException unless there are exactly 32
   */
  public static TaskId of(byte[] bytes) {
    return new TaskId(bytes);
  }

  /**
   * From 64 hex digits.
   *
   * @throws IllegalArgumentException when the text is anything else
   */
  @JsonCreator
  public static TaskId parse(String text) {
    return new TaskId(parseHex("task id", LENGTH, "", text));
  }

  @Override
  public int compareTo(TaskId other) {
    return compareBytes(other);
  }
}

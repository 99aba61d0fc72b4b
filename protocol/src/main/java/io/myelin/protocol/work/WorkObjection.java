package io.myelin.protocol.work;

import io.myelin.protocol.ids.TaskId;
import java.util.Optional;

/**
 * What a validator says in a review when a receipt is not to be paid as it is: both sides' words.
 */
public final class WorkObjection {
  private static final String FALSE = "PROVEN_FALSE: task ";
  private static final String WANTED = "WORK_WANTED: task ";

  private WorkObjection() {}

  /** The work of a task is proven false, so nobody is paid for it. */
  public static String provenFalse(TaskId task, String detail) {
    return FALSE + task.hex() + ": " + detail;
  }

  /** The validator has to see the work of a task first. */
  public static String wanted(TaskId task) {
    return WANTED + task.hex() + ": its work was drawn to be checked (expected: shown before)";
  }

  /** The task that an objection says to be false; empty for any other text. */
  public static Optional<TaskId> falseTask(String reason) {
    int end = FALSE.length() + 2 * TaskId.LENGTH;
    if (!reason.startsWith(FALSE) || reason.length() < end) {
      return Optional.empty();
    }
    try {
      return Optional.of(TaskId.parse(reason.substring(FALSE.length(), end)));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}

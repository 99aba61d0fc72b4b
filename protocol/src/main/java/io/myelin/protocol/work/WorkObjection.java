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
    return task(FALSE, reason);
  }

  /** The task whose work an objection wants to be shown; empty for any other text. */
  public static Optional<TaskId> wantedTask(String reason) {
    return task(WANTED, reason);
  }

  /** Whether it is about what nodes did, and so about what one member alone may know. */
  public static boolean isOfWork(String reason) {
    return falseTask(reason).isPresent() || wantedTask(reason).isPresent();
  }

  private static Optional<TaskId> task(String kind, String reason) {
    int end = kind.length() + 2 * TaskId.LENGTH;
    if (!reason.startsWith(kind) || reason.length() < end) {
      return Optional.empty();
    }
    try {
      return Optional.of(TaskId.parse(reason.substring(kind.length(), end)));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}

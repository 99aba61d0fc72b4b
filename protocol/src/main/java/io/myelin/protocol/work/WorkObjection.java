package io.myelin.protocol.work;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.TaskId;
import java.util.Optional;

/**
 * What a validator says in a review when a receipt is not to be paid as it is: both sides' words.
 */
public final class WorkObjection {
  private static final String FALSE = "PROVEN_FALSE: task ";
  private static final String BY = ": node ";
  private static final String WANTED = "WORK_WANTED: task ";

  /** Further work of a session that one review calls false: no list of all that a node ever did. */
  public static final int MOST_MORE = 256;

  private WorkObjection() {}

  /**
   * The work of a task is proven false, so it is not paid.
   *
   * @param node whose work
   */
  public static String provenFalse(TaskId task, Address node, String detail) {
    return FALSE + task.hex() + BY + node + ", " + detail;
  }

  /** Whose work an objection says to be false; empty for any other text. */
  public static Optional<Address> falseNode(String reason) {
    int begin = FALSE.length() + 2 * TaskId.LENGTH + BY.length();
    int end = begin + 2 + 2 * Address.LENGTH;
    if (falseTask(reason).isEmpty()
        || reason.length() < end
        || !reason.startsWith(BY, begin - BY.length())) {
      return Optional.empty();
    }
    try {
      return Optional.of(Address.parse(reason.substring(begin, end)));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
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

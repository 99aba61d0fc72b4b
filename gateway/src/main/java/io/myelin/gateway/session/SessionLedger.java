package io.myelin.gateway.session;

import io.myelin.gateway.task.TaskRejectedException;
import io.myelin.protocol.ids.Address;
import java.math.BigInteger;
import java.util.Optional;
import java.util.Set;

/**
 * What the task pipeline may spend of a session: a task is held before it starts, then either
 * counted once or released. Nothing here waits for a disk, so it may be called from an event loop.
 *
 * <p>The journal is the truth about what was counted: it has a task's cost before {@link #count} is
 * called, and a session's totals are read from there after a restart. The pipeline then holds its
 * unfinished tasks again.
 */
public interface SessionLedger {

  /**
   * Sets {@code maxWei} of the session's budget and one of its tasks aside, until {@link #count} or
   * {@link #release} for the same task. Holding a held task again changes nothing.
   *
   * @param taskId 64 hex digits, unique over all sessions
   * @param maxWei most the task can cost, all its nodes together
   * @throws TaskRejectedException UNKNOWN_SESSION, SESSION_NOT_ACTIVE or LIMIT_REACHED
   */
  SessionGrant hold(String sessionId, String taskId, BigInteger maxWei)
      throws TaskRejectedException;

  /**
   * Counts what a held task really cost and gives the rest of its hold back. Works while the
   * session settles. A cost above the hold is a fault of the caller: the session is charged no more
   * than was held.
   *
   * @return false when the task is not held, having been counted or released before; then nothing
   *     changes
   */
  boolean count(String sessionId, String taskId, TaskUsage usage);

  /** Gives a hold back without counting; does nothing when there is none. */
  void release(String sessionId, String taskId);

  /** The sessions that a slot of the node is reserved for. */
  Set<String> holders(Address node);

  /** Whether the session's subnet lists a model. */
  default boolean lists(String sessionId, String model) {
    return true;
  }

  /** A message that a model cannot be asked for, with where it is served, if that is known. */
  default String withPlaces(String message, String model) {
    return message;
  }

  /** The terms and the nodes of a session as they are now, whatever its state. */
  Optional<SessionGrant> grant(String sessionId);
}

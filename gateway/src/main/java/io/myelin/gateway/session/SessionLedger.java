package io.myelin.gateway.session;

import io.myelin.gateway.task.TaskRejectedException;
import java.math.BigInteger;
import java.util.Optional;

/**
 * What the task pipeline may spend of a session: a task is held before it starts, then either
 * counted once or released. Nothing here waits for a disk, so it may be called from an event loop.
 *
 * <p>After a restart the pipeline holds its unfinished tasks again and counts every task that has a
 * receipt again; both are safe to repeat, because a task counts at most once for ever.
 */
public interface SessionLedger {

  /**
   * Sets {@code maxWei} of the session's budget and one of its tasks aside. Holding the same task
   * again changes nothing and answers the same.
   *
   * @param taskId 64 hex digits, unique over all sessions
   * @param maxWei most the task can cost, all its nodes together
   * @throws TaskRejectedException UNKNOWN_SESSION, SESSION_NOT_ACTIVE or LIMIT_REACHED
   */
  SessionGrant hold(String sessionId, String taskId, BigInteger maxWei)
      throws TaskRejectedException;

  /**
   * Counts what a held task really cost and gives the rest of its hold back. Works while the
   * session settles.
   *
   * @return false when this task was counted before; then nothing changes
   * @throws IllegalArgumentException when {@code wei} is negative or more than was held
   * @throws IllegalStateException when the session is unknown or the task was never held
   */
  boolean count(String sessionId, String taskId, BigInteger wei);

  /** Gives a hold back without counting; does nothing when there is none. */
  void release(String sessionId, String taskId);

  /** The terms and the nodes of a session as they are now, whatever its state. */
  Optional<SessionGrant> grant(String sessionId);
}

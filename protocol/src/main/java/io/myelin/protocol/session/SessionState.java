package io.myelin.protocol.session;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.TaskId;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import org.pcollections.TreePMap;
import org.pcollections.TreePSet;

/**
 * All that is known of a session.
 *
 * @param endedAtMillis when it ended; 0 before
 * @param places how many nodes it has at most: those that were asked for, until some were chosen
 * @param seats nodes chosen, reserved or being given back
 * @param escrow whether the budget is in escrow; while that is not known nothing is forgotten
 * @param fundedWei in escrow, or paid out since
 * @param spentWei counted so far
 * @param writtenOffWei what tasks cost beyond what was held for them: nobody pays it
 * @param holds highest cost of each task that runs
 * @param counted tasks that were counted, each once
 * @param dropped tasks that ended without being counted; none of them is admitted again
 * @param moneyDue whether a settlement or refund is yet to be confirmed
 * @param lastId last number given to an arming
 */
public record SessionState(
    SessionTerms terms,
    long requestedAtMillis,
    long endedAtMillis,
    SessionPhase phase,
    int places,
    TreePMap<Address, Seat> seats,
    Escrow escrow,
    BigInteger fundedWei,
    BigInteger spentWei,
    BigInteger writtenOffWei,
    TreePMap<TaskId, BigInteger> holds,
    TreePSet<TaskId> counted,
    TreePSet<TaskId> dropped,
    boolean moneyDue,
    long lastId,
    List<SessionDeadline> deadlines) {

  /** Copies. */
  public SessionState {
    deadlines = List.copyOf(deadlines);
  }

  /** Whether it ended. */
  public boolean ended() {
    return phase.ended();
  }

  /** Whether it ended, everybody was paid and every slot was given back. */
  public boolean released() {
    return ended() && seats.isEmpty() && !moneyDue && escrow != Escrow.ASKED;
  }

  /** Set aside for tasks that run. */
  public BigInteger heldWei() {
    return holds.values().stream().reduce(BigInteger.ZERO, BigInteger::add);
  }

  /** Whether a task was ever admitted; it can be only once. */
  boolean knows(TaskId task) {
    return holds.containsKey(task) || counted.contains(task) || dropped.contains(task);
  }

  /** What another task may cost at most. */
  public BigInteger availableWei() {
    return terms.budgetWei().min(fundedWei).subtract(spentWei).subtract(heldWei());
  }

  /** Nodes whose slots are taken: they may get tasks. */
  public List<Address> reservedNodes() {
    return seats.entrySet().stream()
        .filter(e -> e.getValue() == Seat.RESERVED)
        .map(java.util.Map.Entry::getKey)
        .toList();
  }

  /** Seats that are taken or about to be. */
  public int seated() {
    return (int) seats.values().stream().filter(s -> s != Seat.RELEASING).count();
  }

  /** How many nodes it still looks for. */
  public int missing() {
    return places - seated();
  }

  Optional<SessionDeadline> deadline(SessionDeadlineKind kind, long armedId) {
    return deadlines.stream().filter(d -> d.kind() == kind && d.armedId() == armedId).findFirst();
  }
}

package io.myelin.protocol.session;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.TaskId;
import java.math.BigInteger;
import java.util.List;

/** What happened to a session. The JSON form is what the journal stores. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = SessionEvent.NodesSelected.class, name = "nodes_selected"),
  @JsonSubTypes.Type(value = SessionEvent.NoNodes.class, name = "no_nodes"),
  @JsonSubTypes.Type(value = SessionEvent.ApprovalGiven.class, name = "approval_given"),
  @JsonSubTypes.Type(value = SessionEvent.ApprovalDenied.class, name = "approval_denied"),
  @JsonSubTypes.Type(value = SessionEvent.Funded.class, name = "funded"),
  @JsonSubTypes.Type(value = SessionEvent.NotFunded.class, name = "not_funded"),
  @JsonSubTypes.Type(value = SessionEvent.NodeReserved.class, name = "node_reserved"),
  @JsonSubTypes.Type(value = SessionEvent.NodeNotReserved.class, name = "node_not_reserved"),
  @JsonSubTypes.Type(value = SessionEvent.NodeLost.class, name = "node_lost"),
  @JsonSubTypes.Type(value = SessionEvent.NodeReleased.class, name = "node_released"),
  @JsonSubTypes.Type(value = SessionEvent.TaskHeld.class, name = "task_held"),
  @JsonSubTypes.Type(value = SessionEvent.TaskCounted.class, name = "task_counted"),
  @JsonSubTypes.Type(value = SessionEvent.TaskDropped.class, name = "task_dropped"),
  @JsonSubTypes.Type(value = SessionEvent.CloseRequested.class, name = "close_requested"),
  @JsonSubTypes.Type(value = SessionEvent.Settled.class, name = "settled"),
  @JsonSubTypes.Type(value = SessionEvent.Refunded.class, name = "refunded"),
  @JsonSubTypes.Type(value = SessionEvent.BudgetReturned.class, name = "budget_returned"),
  @JsonSubTypes.Type(value = SessionEvent.DeadlinePassed.class, name = "deadline_passed"),
  @JsonSubTypes.Type(value = SessionEvent.GatewayRestarted.class, name = "gateway_restarted"),
})
public sealed interface SessionEvent {

  /** Nodes were chosen from the pool. */
  record NodesSelected(List<Address> nodes) implements SessionEvent {
    /** Copies. */
    public NodesSelected {
      nodes = List.copyOf(nodes);
    }
  }

  /** The pool has no (other) node for it. */
  record NoNodes(String reason) implements SessionEvent {}

  /** Price, budget and choice of nodes were approved. */
  record ApprovalGiven() implements SessionEvent {}

  /** They were not. */
  record ApprovalDenied(String reason) implements SessionEvent {}

  /** The budget is in escrow. */
  record Funded(@JsonFormat(shape = JsonFormat.Shape.STRING) BigInteger amountWei)
      implements SessionEvent {}

  /** The budget cannot be escrowed. */
  record NotFunded(String reason) implements SessionEvent {}

  /** A slot of the node is taken. */
  record NodeReserved(Address node) implements SessionEvent {}

  /** The node has no slot for it after all. */
  record NodeNotReserved(Address node, String reason) implements SessionEvent {}

  /** The node left, was suspended or failed a test. */
  record NodeLost(Address node, String reason) implements SessionEvent {}

  /** The node's slot was given back. */
  record NodeReleased(Address node) implements SessionEvent {}

  /**
   * A task wants to start.
   *
   * @param maxCostWei most it can cost
   */
  record TaskHeld(TaskId taskId, @JsonFormat(shape = JsonFormat.Shape.STRING) BigInteger maxCostWei)
      implements SessionEvent {}

  /** A task ended and costs this. */
  record TaskCounted(TaskId taskId, @JsonFormat(shape = JsonFormat.Shape.STRING) BigInteger costWei)
      implements SessionEvent {}

  /** A task ended and costs nothing. */
  record TaskDropped(TaskId taskId) implements SessionEvent {}

  /** Somebody closes it. */
  record CloseRequested(SessionPhase.CloseCause cause) implements SessionEvent {}

  /** The split was carried out. */
  record Settled() implements SessionEvent {}

  /** The refund was paid. */
  record Refunded() implements SessionEvent {}

  /**
   * The escrow gave the whole budget back by itself: the settlement did not come.
   *
   * @param late whether it did not come in time, rather than was given up
   */
  record BudgetReturned(boolean late) implements SessionEvent {}

  /** A timer fired. */
  record DeadlinePassed(SessionDeadlineKind kind, long armedId) implements SessionEvent {}

  /** The gateway starts anew: what is outstanding is asked for again. */
  record GatewayRestarted() implements SessionEvent {}
}

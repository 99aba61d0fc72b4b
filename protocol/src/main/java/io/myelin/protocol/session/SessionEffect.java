package io.myelin.protocol.session;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.TaskId;
import java.math.BigInteger;
import java.util.List;

/**
 * What the shell is to do. Whatever moves money or slots may be asked for again when no answer
 * came; it is done once per session (and node).
 */
public sealed interface SessionEffect {

  /** Choose up to {@code count} nodes; answer with NodesSelected or NoNodes. */
  record SelectNodes(int count, List<Address> excluded) implements SessionEffect {
    /** Copies. */
    public SelectNodes {
      excluded = List.copyOf(excluded);
    }
  }

  /** Have price, budget and choice approved; answer with ApprovalGiven or ApprovalDenied. */
  record AskApproval(List<Address> nodes) implements SessionEffect {
    /** Copies. */
    public AskApproval {
      nodes = List.copyOf(nodes);
    }
  }

  /** Take the budget into escrow; answer with Funded or NotFunded. */
  record EscrowBudget(BigInteger amountWei) implements SessionEffect {}

  /**
   * Give up taking the budget; answer with NotFunded when it surely is not and will not be in
   * escrow, or with Funded when it is: then it is refunded.
   */
  record CancelEscrow() implements SessionEffect {}

  /** Take a slot; answer with NodeReserved or NodeNotReserved. */
  record ReserveNode(Address node) implements SessionEffect {}

  /** Give the slot back, or give up asking for it; answer with NodeReleased. */
  record ReleaseNode(Address node) implements SessionEffect {}

  /** Tasks may start. */
  record Open() implements SessionEffect {}

  /** End this task: the session's time is over. Answer with TaskCounted or TaskDropped. */
  record CancelTask(TaskId taskId) implements SessionEffect {}

  /** Split the money; answer with Settled. */
  record Settle(BigInteger spentWei, BigInteger refundWei) implements SessionEffect {}

  /** Give everything back to the client; answer with Refunded. */
  record Refund(BigInteger amountWei) implements SessionEffect {}

  /** Tell the client how it ended. */
  record TellClient(SessionPhase.Ended outcome) implements SessionEffect {}

  /** Send DeadlinePassed at the given time unless disarmed before. */
  record ArmDeadline(SessionDeadlineKind kind, long armedId, long atMillis)
      implements SessionEffect {}

  /** The timer is not needed any more. */
  record DisarmDeadline(SessionDeadlineKind kind, long armedId) implements SessionEffect {}

  /** Ended, paid out, and every slot given back. */
  record Forget() implements SessionEffect {}
}

package io.myelin.protocol.task;

import io.myelin.protocol.ids.Address;
import java.util.List;

/** What the shell is to do. Effects of one transition are carried out in order. */
public sealed interface TaskEffect {

  /**
   * Offer the task.
   *
   * @param from where in the stream the node starts; a replica always starts at the beginning
   */
  record SendOffer(Address node, int attempt, Role role, Delivered from) implements TaskEffect {}

  /**
   * Tell the node to stop and forget this attempt; a node that is not connected learns it later.
   */
  record CancelNode(Address node, int attempt, String reason) implements TaskEffect {}

  /** The node is to end its stream where it is, and to commit to it. */
  record CutNode(Address node, int attempt, String reason) implements TaskEffect {}

  /** Ask the node to open its precommit. */
  record AskReveal(Address node, int attempt) implements TaskEffect {}

  /** Tell the node how the task ended; it may forget its evidence. */
  record TellNodeFinal(Address node, int attempt, TaskPhase.Ended outcome) implements TaskEffect {}

  /** Send {@link TaskEvent.DeadlinePassed} at the given time unless disarmed before. */
  record ArmDeadline(DeadlineKind kind, long armedId, long atMillis) implements TaskEffect {}

  /** The timer is not needed any more; should it fire all the same, it is rejected as stale. */
  record DisarmDeadline(DeadlineKind kind, long armedId) implements TaskEffect {}

  /**
   * Find another node, take a slot of it and answer with {@link TaskEvent.ReplacementChosen} or
   * {@link TaskEvent.NoReplacement}. When the answer is rejected, give the slot back.
   *
   * @param again a search before it ran out of time: only nodes that are connected and able count
   *     as hope, one that is away does not
   */
  record ChooseReplacement(long requestId, Role role, boolean again, List<Address> excluded)
      implements TaskEffect {
    /** Copies. */
    public ChooseReplacement {
      excluded = List.copyOf(excluded);
    }
  }

  /** Judge the commitments and answer with {@link TaskEvent.Validated}. */
  record ValidateNow() implements TaskEffect {}

  /**
   * Build the receipt and store it, then answer with {@link TaskEvent.ReceiptStored}. May be asked
   * for again: a receipt that is already stored for this task is the answer, never a second one.
   */
  record BuildAndStoreReceipt() implements TaskEffect {}

  /** The client has everything, and it was verified. */
  record TellClientCompleted() implements TaskEffect {}

  /** The client gets no more than this; what it costs is not known yet. */
  record EndStream(String code, String message, boolean clientFault, Delivered at)
      implements TaskEffect {}

  /** The client gets no more, and what it got costs nothing. */
  record TellClientFailed(String code, String message, boolean clientFault, int deliveredTokens)
      implements TaskEffect {}

  /** Give the node's slot back and answer with {@link TaskEvent.Released}. */
  record ReleaseSlot(Address node, int attempt) implements TaskEffect {}

  /** The node failed its duty at a stage; its reputation suffers. */
  record Penalise(Address node, NodeStage stage, LossCause cause) implements TaskEffect {}

  /** Ended and every slot given back: nothing will happen to this task any more. */
  record Forget() implements TaskEffect {}
}

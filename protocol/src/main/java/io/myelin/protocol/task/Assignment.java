package io.myelin.protocol.task;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import org.jspecify.annotations.Nullable;

/**
 * One offer of a task to a node and what came of it.
 *
 * @param attempt number of the offer among all offers of the task, from 1
 * @param precommit the salted hash, once the node sent it
 * @param revealAsked whether the node was asked to open its precommit
 * @param commitment what it revealed, once that held
 * @param goneCause why it is out, once it is
 * @param fromChunk first chunk of the stream that this offer is to produce
 */
public record Assignment(
    Address node,
    int attempt,
    Role role,
    NodeStage stage,
    @Nullable Digest precommit,
    boolean revealAsked,
    @Nullable Commitment commitment,
    @Nullable LossCause goneCause,
    SlotUse slot,
    int fromChunk) {

  static Assignment offered(Address node, int attempt, Role role, int fromChunk) {
    return new Assignment(
        node, attempt, role, NodeStage.OFFERED, null, false, null, null, SlotUse.HELD, fromChunk);
  }

  /** Whether it still takes part. */
  public boolean live() {
    return stage != NodeStage.GONE;
  }

  /** Whether it still owes a reveal it was asked for. */
  public boolean owesReveal() {
    return live() && revealAsked && stage != NodeStage.COMMITTED;
  }

  boolean bound() {
    return stage == NodeStage.PRECOMMITTED || stage == NodeStage.COMMITTED;
  }

  Assignment at(NodeStage next) {
    return new Assignment(
        node, attempt, role, next, precommit, revealAsked, commitment, goneCause, slot, fromChunk);
  }

  Assignment precommitted(Digest hash) {
    return new Assignment(
        node, attempt, role, NodeStage.PRECOMMITTED, hash, false, null, null, slot, fromChunk);
  }

  Assignment askedToReveal() {
    return new Assignment(
        node, attempt, role, stage, precommit, true, commitment, goneCause, slot, fromChunk);
  }

  Assignment revealWithdrawn() {
    return new Assignment(
        node, attempt, role, stage, precommit, false, commitment, goneCause, slot, fromChunk);
  }

  Assignment committed(Commitment revealed) {
    return new Assignment(
        node, attempt, role, NodeStage.COMMITTED, precommit, true, revealed, null, slot, fromChunk);
  }

  Assignment gone(LossCause cause) {
    return new Assignment(
        node,
        attempt,
        role,
        NodeStage.GONE,
        precommit,
        revealAsked,
        commitment,
        cause,
        slot,
        fromChunk);
  }

  Assignment withSlot(SlotUse use) {
    return new Assignment(
        node, attempt, role, stage, precommit, revealAsked, commitment, goneCause, use, fromChunk);
  }
}

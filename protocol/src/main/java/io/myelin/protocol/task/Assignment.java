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
 * @param ackedAtMillis when it accepted the offer, 0 before
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
    int fromChunk,
    long ackedAtMillis) {

  static Assignment offered(Address node, int attempt, Role role, int fromChunk) {
    return new Assignment(
        node,
        attempt,
        role,
        NodeStage.OFFERED,
        null,
        false,
        null,
        null,
        SlotUse.HELD,
        fromChunk,
        0);
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

  Assignment acked(long nowMillis) {
    return new Assignment(
        node,
        attempt,
        role,
        NodeStage.ACKED,
        precommit,
        revealAsked,
        commitment,
        goneCause,
        slot,
        fromChunk,
        nowMillis);
  }

  Assignment at(NodeStage next) {
    return new Assignment(
        node,
        attempt,
        role,
        next,
        precommit,
        revealAsked,
        commitment,
        goneCause,
        slot,
        fromChunk,
        ackedAtMillis);
  }

  Assignment precommitted(Digest hash) {
    return new Assignment(
        node,
        attempt,
        role,
        NodeStage.PRECOMMITTED,
        hash,
        false,
        null,
        null,
        slot,
        fromChunk,
        ackedAtMillis);
  }

  Assignment askedToReveal() {
    return new Assignment(
        node,
        attempt,
        role,
        stage,
        precommit,
        true,
        commitment,
        goneCause,
        slot,
        fromChunk,
        ackedAtMillis);
  }

  Assignment revealWithdrawn() {
    return new Assignment(
        node,
        attempt,
        role,
        stage,
        precommit,
        false,
        commitment,
        goneCause,
        slot,
        fromChunk,
        ackedAtMillis);
  }

  Assignment committed(Commitment revealed) {
    return new Assignment(
        node,
        attempt,
        role,
        NodeStage.COMMITTED,
        precommit,
        true,
        revealed,
        null,
        slot,
        fromChunk,
        ackedAtMillis);
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
        fromChunk,
        ackedAtMillis);
  }

  Assignment withSlot(SlotUse use) {
    return new Assignment(
        node,
        attempt,
        role,
        stage,
        precommit,
        revealAsked,
        commitment,
        goneCause,
        use,
        fromChunk,
        ackedAtMillis);
  }
}

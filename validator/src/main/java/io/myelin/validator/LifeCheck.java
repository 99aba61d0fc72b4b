package io.myelin.validator;

import io.myelin.chain.BlockHeader;
import io.myelin.committee.wire.Reason;
import io.myelin.contracts.NodePool;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.settlement.SignOfLife;
import io.myelin.protocol.settlement.Subjects;
import io.myelin.protocol.typeddata.Attestation;
import io.myelin.protocol.work.ExamPaper;
import java.util.Optional;
import java.util.Set;

/**
 * Whether a node may come into the pool, or back into it: it waits for a verdict, is alive, and
 * what its models say is what this validator's say.
 */
final class LifeCheck {
  /** How old the block may be that the node's signature names. */
  private static final long FRESH_SECONDS = 600;

  private static final int UNQUALIFIED = 1;
  private static final int QUALIFIED = 2;

  private final ChainView view;
  private final Seats seats;
  private final WorkDesk desk;
  private final ExamCheck exams;

  LifeCheck(ChainView view, Seats seats, WorkDesk desk, int examContext) {
    this.desk = desk;
    this.exams = new ExamCheck(view, desk, examContext);
    this.view = view;
    this.seats = seats;
  }

  /** Who decides; refuses where this validator does not. */
  Sitting sitting(SignOfLife life) throws RefusedException {
    long set = view.network().validators().setVersion().on(view.client());
    Digest subject = Subjects.verdictSubject(life.node(), life.round());
    return seats.sit(
        subject,
        view.network().validators().committeeFor(subject, set, Address.ZERO).on(view.client()),
        Set.of(view.network().nodes().nodeOf(life.node()).on(view.client()).owner()));
  }

  /** What to sign. */
  Attestation check(SignOfLife life, ExamPaper paper) throws RefusedException {
    if (!life.holds(view.network().domain())) {
      throw refused("the signature is not the node's for this round and block");
    }
    if (desk.memory().accuses(life.node())) {
      throw refused(life.node() + " lied about its work: that is judged first");
    }
    NodePool.Node node = view.network().nodes().nodeOf(life.node()).on(view.client());
    boolean waits =
        node.standing() == UNQUALIFIED || (node.standing() == QUALIFIED && node.untested() > 0);
    if (!waits || node.round() != life.round()) {
      throw refused(
          "standing %d, %d slots untested, round %d (expected: one that waits for round %d)"
              .formatted(node.standing(), node.untested(), node.round(), life.round()));
    }
    if (life.hello().slots() > node.slots()) {
      throw refused(
          "%d slots (expected: at most %d, as its owner declared)"
              .formatted(life.hello().slots(), node.slots()));
    }
    Optional<BlockHeader> block = view.client().block(life.blockNumber());
    if (block.isEmpty() || !block.get().hash().equals(life.blockHash())) {
      throw refused("block " + life.blockNumber() + " is not " + life.blockHash());
    }
    long newestSeconds = view.nowSeconds();
    boolean newest = view.client().head().number() == life.blockNumber();
    if (!newest && newestSeconds - block.get().timestampSeconds() > FRESH_SECONDS) {
      throw refused("block " + life.blockNumber() + " is older than " + FRESH_SECONDS + " s");
    }
    // Last, since it costs a prefill.
    exams.require(life, paper, sinceSeconds(life.blockNumber() + 1, newestSeconds));
    return life.attestation();
  }

  /**
   * How long ago a block was made: whoever named the one before as the newest did so earlier. That
   * one may be old where blocks are made only when there is something to put into them.
   */
  private long sinceSeconds(long block, long nowSeconds) {
    return view.client().block(block).map(made -> nowSeconds - made.timestampSeconds()).orElse(0L);
  }

  private static RefusedException refused(String detail) {
    return new RefusedException(Reason.REFUSED_NODE, detail);
  }
}

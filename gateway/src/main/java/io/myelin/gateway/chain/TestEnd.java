package io.myelin.gateway.chain;

import io.myelin.contracts.NodePool;
import io.myelin.gateway.chain.Committee.NoQuorumException;
import io.myelin.gateway.hub.SlowExamException;
import java.util.concurrent.ExecutionException;

/** How a node's test ended, and what of that is the node's own doing. */
enum TestEnd {
  /** It was let in. */
  PASSED,
  /** It waits for this test no more: somebody else was faster. Says nothing of the node. */
  OVERTAKEN,
  /** It was found wrong or too slow: shown to its owner, and it waits for longer each time. */
  FAILED,
  /** It gave no proof: nothing to show, but it waits for longer each time. */
  NO_PROOF,
  /** Validators were busy or silent, or the chain was. */
  NOT_ITS_DOING;

  private static final int UNQUALIFIED = 1;
  private static final int QUALIFIED = 2;

  /**
   * Of a test that did not go through.
   *
   * @param waits whether the node still waits for this very test, as the chain says after it
   */
  static TestEnd of(Exception failure, boolean waits) {
    if (!waits) {
      return OVERTAKEN;
    }
    return switch (failure) {
      case NoQuorumException refused when refused.why() == NoQuorumException.Why.REFUSED -> FAILED;
      case ExecutionException answer ->
          answer.getCause() instanceof SlowExamException ? FAILED : NO_PROOF;
      default -> NOT_ITS_DOING;
    };
  }

  /** Whether a node waits for the test of a round, as its validators see it. */
  static boolean waits(NodePool.Node node, long round) {
    return node.round() == round
        && (node.standing() == UNQUALIFIED
            || (node.standing() == QUALIFIED && node.untested() > 0));
  }

  /** Whether the node is left for longer than after its last test. */
  boolean isItsDoing() {
    return this == FAILED || this == NO_PROOF;
  }
}

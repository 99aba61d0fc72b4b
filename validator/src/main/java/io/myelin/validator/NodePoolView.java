package io.myelin.validator;

import io.myelin.committee.opening.FreeNodes;
import io.myelin.committee.wire.Reason;
import io.myelin.protocol.ids.Address;
import java.util.Map;

/** The pool as the chain has it, up to the size that this validator is configured for. */
final class NodePoolView {
  private final FreeNodes nodes;
  private final int mostNodes;

  NodePoolView(ChainView view, int mostNodes) {
    this.nodes = new FreeNodes(view.client(), view.network(), view.firstBlock());
    this.mostNodes = mostNodes;
  }

  /** Each node with a free slot, and its owner. */
  Map<Address, Address> free() throws RefusedException {
    try {
      return nodes.read(mostNodes);
    } catch (IllegalStateException e) {
      throw new RefusedException(Reason.TOO_LARGE, String.valueOf(e.getMessage()));
    }
  }
}

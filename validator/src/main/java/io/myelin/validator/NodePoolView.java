package io.myelin.validator;

import io.myelin.committee.opening.FreeNodes;
import io.myelin.committee.opening.NodeRecordReader;
import io.myelin.committee.opening.SetRecords;
import io.myelin.committee.wire.Reason;
import io.myelin.protocol.ids.Address;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The pool as the chain has it, up to the size that this validator is configured for. */
final class NodePoolView {
  private static final Logger LOG = LoggerFactory.getLogger(NodePoolView.class);

  private final ChainView view;
  private final FreeNodes nodes;
  private final NodeRecordReader records;
  private final int mostNodes;

  NodePoolView(ChainView view, int mostNodes) {
    this.view = view;
    this.nodes = new FreeNodes(view.client(), view.network(), view.firstBlock());
    this.records = new NodeRecordReader(view.client(), view.network(), view.firstBlock());
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

  /** Reads what a long history says of nodes, before anybody waits for it. */
  void readAhead() {
    try {
      long set = view.network().validators().setVersion().on(view.client());
      if (set > 0) {
        LOG.debug("records of {} nodes are read", records(set).nodes().size());
      }
    } catch (RuntimeException e) {
      // Whoever needs them first reads them.
      LOG.warn("the nodes' records are not read yet: {}", e.toString());
    }
  }

  /** By what nodes are weighed in draws for sessions of a set. */
  SetRecords records(long set) {
    return records.asOf(set);
  }
}

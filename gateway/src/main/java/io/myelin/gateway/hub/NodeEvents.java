package io.myelin.gateway.hub;

import io.myelin.v1.NodeMessage;

/**
 * Follows nodes and what they say about tasks. Calls about one connection come one after another;
 * they must not block.
 */
public interface NodeEvents {

  /**
   * A node proved its key and was welcomed; {@code link.hello().getHeldList()} is what it holds.
   */
  void onJoined(NodeLink link);

  /** An ack, refusal, chunk, precommit, commit or error. */
  void onTaskMessage(NodeLink link, NodeMessage message);

  /** It takes no new tasks. */
  void onDraining(NodeLink link);

  /** The connection is gone. Comes after {@link #onJoined}, rarely twice. */
  void onLeft(NodeLink link, String reason);
}

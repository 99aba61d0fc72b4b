package io.myelin.gateway.session;

import java.util.List;
import java.util.Optional;

/** The compute nodes connected to this gateway; the hub behind it owns them. */
public interface NodeDirectory {

  /** Every node connected now, in the order of their ids. Never blocks. */
  List<NodeView> nodes();

  /** One connected node by its address (0x and 40 hex digits). */
  default Optional<NodeView> node(String id) {
    return nodes().stream().filter(node -> node.id().equals(id)).findFirst();
  }

  /**
   * Tells of every node that connects, disconnects or begins to drain. Called on the hub's threads
   * and must not block. A listener added late is first told of the nodes that are there.
   */
  void addListener(Listener listener);

  /** Follows nodes as they come and go. */
  interface Listener {
    /** A node proved its key and was welcomed, or announced other models or slots. */
    void onJoined(NodeView node);

    /** A node takes no new tasks. */
    void onDraining(String nodeId);

    /** A node's connection is gone. */
    void onLeft(String nodeId);
  }
}

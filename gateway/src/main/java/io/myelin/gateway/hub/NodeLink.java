package io.myelin.gateway.hub;

import io.myelin.protocol.ids.Address;
import io.myelin.v1.GatewayMessage;
import io.myelin.v1.Hello;

/** One live, proven connection of a node. */
public interface NodeLink {

  /** Address of the operator key it proved. */
  Address node();

  /** What it announced. */
  Hello hello();

  /** Sends, from any thread; does nothing once the connection is gone. */
  void send(GatewayMessage message);

  /** Ends the connection because the node broke the protocol. */
  void closeForViolation(String code, String message);

  /** What the node did so far. */
  NodeAccount account();
}

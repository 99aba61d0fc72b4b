package io.myelin.protocol.pool;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.SessionId;

/** What the shell is to do. */
public sealed interface PoolEffect {
  /** Test the node and answer with Qualified or Disqualified. */
  record Test(Address node) implements PoolEffect {}

  /** Tell the session that it cannot count on the node any more; it still gives its slots back. */
  record TellSession(SessionId session, Address node, String reason) implements PoolEffect {}
}

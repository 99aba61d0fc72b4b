package io.myelin.gateway.session;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.settlement.PaidSeat;
import io.myelin.protocol.settlement.SessionBrief;
import io.myelin.protocol.settlement.SessionTail;
import java.util.List;

/**
 * A session's terms as every later transaction shows them again.
 *
 * @param brief who, how much, until when, which seats
 * @param tail what else was agreed, whose digest the brief holds
 * @param extensions how often it got more nodes
 */
public record OnChain(SessionBrief brief, SessionTail tail, int extensions) {

  /** Its id. */
  public SessionId id() {
    return brief.sessionId();
  }

  /** The nodes that have a seat, those that were lost included. */
  public List<Address> nodes() {
    return brief.seats().stream().map(PaidSeat::node).toList();
  }
}

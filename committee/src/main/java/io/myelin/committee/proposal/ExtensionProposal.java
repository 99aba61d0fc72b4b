package io.myelin.committee.proposal;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.selection.NodeSelection;
import io.myelin.protocol.settlement.SessionBrief;
import io.myelin.protocol.settlement.SessionTail;
import java.util.List;

/**
 * More nodes for a session that lost some.
 *
 * @param brief its terms before
 * @param tail whose digest the brief holds
 * @param added the nodes that come, in the order they were drawn
 * @param lost the nodes that are gone; they keep their seats
 * @param pool what the new ones were drawn from: without the owners who have a seat
 * @param draw number of the draw; the session's first extension is 1, the next 2
 */
public record ExtensionProposal(
    SessionBrief brief,
    SessionTail tail,
    List<Address> added,
    List<Address> lost,
    PoolView pool,
    int draw) {
  /** Copies and checks the number. */
  public ExtensionProposal {
    added = List.copyOf(added);
    lost = List.copyOf(lost);
    if (draw < 1) {
      throw new IllegalArgumentException("draw: " + draw + " (expected: >= 1)");
    }
  }

  /** The purpose of the draw. */
  public String purpose() {
    return purpose(draw);
  }

  /** The purpose of the draw of this number. */
  public static String purpose(int draw) {
    return NodeSelection.SESSION_NODES + "/again/" + draw;
  }
}

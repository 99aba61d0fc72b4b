package io.myelin.protocol.settlement;

import io.myelin.protocol.ids.Address;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** Who is paid by a session, and therefore does not judge it. */
public final class Interests {
  private Interests() {}

  /**
   * Owners who earn by a session: of its gateway and of each node that ever had a seat.
   *
   * @param brief the terms
   */
  public static Set<Address> owners(SessionBrief brief) {
    Set<Address> owners = new HashSet<>();
    owners.add(brief.head().gatewayPayee());
    brief.seats().forEach(seat -> owners.add(seat.payee()));
    return owners;
  }

  /** Why an owner does not judge a session; empty when nothing speaks against it. */
  public static Optional<String> of(SessionBrief brief, Address owner) {
    if (brief.head().gatewayPayee().equals(owner)) {
      return Optional.of("%s owns the gateway of session %s".formatted(owner, brief.sessionId()));
    }
    return brief.seats().stream()
        .filter(seat -> seat.payee().equals(owner))
        .findFirst()
        .map(
            seat ->
                "%s owns node %s of session %s".formatted(owner, seat.node(), brief.sessionId()));
  }
}

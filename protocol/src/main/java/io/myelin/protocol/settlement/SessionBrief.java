package io.myelin.protocol.settlement;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import java.util.List;

/**
 * A session's terms as every later call shows them again; the chain keeps only their digest.
 *
 * @param sessionId the digest of the client's request
 * @param head what money needs to know
 * @param seats nodes in the order they were drawn; one that was lost keeps its seat
 * @param tailDigest of the {@link SessionTail}
 */
public record SessionBrief(
    SessionId sessionId, SessionHead head, List<PaidSeat> seats, Digest tailDigest) {
  /** Most seats of a session. */
  public static final int MAX_SEATS = 16;

  /** Words before the seats: the id, the head's six, the seats' offset, the tail's digest. */
  private static final int STATIC_WORDS = 9;

  public SessionBrief {
    seats = List.copyOf(seats);
    if (seats.size() > MAX_SEATS) {
      throw new IllegalArgumentException(
          "seats: " + seats.size() + " (expected: at most " + MAX_SEATS + ")");
    }
  }

  /** The terms' digest: Keccak-256 of {@code abi.encode(sessionId, head, seats, tailDigest)}. */
  public Digest digest() {
    AbiWords words =
        new AbiWords()
            .word(sessionId)
            .address(head.client())
            .address(head.gateway())
            .address(head.gatewayPayee())
            .uint(head.budgetWei())
            .uint(head.expiresAtSeconds())
            .uint(head.maxTasks())
            .offset(STATIC_WORDS)
            .word(tailDigest)
            .uint(seats.size());
    for (PaidSeat seat : seats) {
      words.address(seat.node()).address(seat.payee());
    }
    return words.keccak();
  }

  /** The place of a node's seat; -1 when it has none. */
  public int seatOf(Address node) {
    for (int i = 0; i < seats.size(); i++) {
      if (seats.get(i).node().equals(node)) {
        return i;
      }
    }
    return -1;
  }
}

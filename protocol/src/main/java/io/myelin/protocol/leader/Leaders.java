package io.myelin.protocol.leader;

import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.selection.Candidate;
import io.myelin.protocol.selection.NodeSelection;
import io.myelin.protocol.selection.SelectionSeed;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;

/**
 * The order in which validators step in for duties. It is drawn anew for each window of time, from
 * the set's randomness and the window's number, so leadership goes round and all compute the same.
 *
 * <p>The window of a duty is that of its due time, not of anybody's clock: clocks that differ can
 * make two act at once, which is harmless, and never disagree on the order. Who is of rank r may
 * act once the duty has been due and undone for r heartbeats, so each silent leader costs one.
 *
 * @param beacon of the validator set
 * @param validators the set: every owner with its weight
 * @param windowMillis length of a window
 * @param heartbeatMillis how long each is waited for
 */
public record Leaders(
    Digest beacon, List<Candidate> validators, long windowMillis, long heartbeatMillis) {
  /** Purpose of the draw. */
  public static final String PURPOSE = "myelin/select/leader/1";

  private static final byte[] DOMAIN = "myelin/leader/1".getBytes(StandardCharsets.UTF_8);

  /** Copies the list, and checks that somebody is in it and that times are positive. */
  public Leaders {
    validators = List.copyOf(validators);
    if (validators.isEmpty()) {
      throw new IllegalArgumentException("validators: none (expected: at least one)");
    }
    if (windowMillis < 1 || heartbeatMillis < 1) {
      throw new IllegalArgumentException(
          "window %d ms, heartbeat %d ms (expected: >= 1)"
              .formatted(windowMillis, heartbeatMillis));
    }
  }

  /** Of owners with their weights. */
  public static Leaders of(
      Digest beacon, Collection<Candidate> validators, long windowMillis, long heartbeatMillis) {
    return new Leaders(beacon, List.copyOf(validators), windowMillis, heartbeatMillis);
  }

  /** Everybody's owner, first the leader of the duty's window, then who steps in. */
  public List<Address> order(Duty duty) {
    byte[] window =
        ByteBuffer.allocate(Long.BYTES).putLong(duty.dueAtMillis() / windowMillis).array();
    Digest seed = Keccak256.hash(DOMAIN, beacon.bytes(), window);
    return NodeSelection.draw(
            new SelectionSeed(seed),
            PURPOSE,
            validators,
            validators.size(),
            NodeSelection.Owners.DISTINCT)
        .stream()
        .map(Candidate::owner)
        .toList();
  }

  /** When an owner may do a duty that nobody has done; empty when it is not in the set. */
  public OptionalLong turnMillis(Duty duty, Address owner) {
    int rank = order(duty).indexOf(owner);
    return rank < 0
        ? OptionalLong.empty()
        : OptionalLong.of(Math.addExact(duty.dueAtMillis(), rank * heartbeatMillis));
  }

  /** Whether an owner may do now a duty that nobody has done. */
  public boolean mayAct(Duty duty, Address owner, long nowMillis) {
    OptionalLong turn = turnMillis(duty, owner);
    return turn.isPresent() && nowMillis >= turn.getAsLong();
  }
}

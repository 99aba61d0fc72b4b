package io.myelin.protocol.cognitive;

import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.selection.Candidate;
import io.myelin.protocol.selection.NodeSelection;
import io.myelin.protocol.selection.SelectionSeed;
import io.myelin.protocol.settlement.Approvals;
import io.myelin.protocol.typeddata.Attestation;
import io.myelin.protocol.typeddata.RoundRequest;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Who is in a round: a draw that everybody computes alike, so that nobody has a say in it.
 *
 * @param nodes in the order drawn: who creates, who prepares, who answers, spares
 * @param responders how many of them are to answer
 */
public record RoundDraw(List<Address> nodes, int responders) {
  /** Purpose of the draw. */
  public static final String PURPOSE = "myelin/select/round/1";

  /** Most that answer: five opinions are enough to see who stands apart. */
  public static final int MOST_RESPONDERS = 5;

  /**
   * What a node's account must hold to be drawn: the gas of a round, and more than somebody would
   * give away so that a node that serves gateways alone is drawn in vain.
   */
  public static final BigInteger LEAST_WEI = BigInteger.valueOf(2_000_000_000_000_000L);

  /** Most that stand by. */
  public static final int MOST_SPARES = 4;

  private static final int MAKERS = 2;
  private static final int WORD = 32;
  private static final byte[] DOMAIN = "myelin/round/1".getBytes(StandardCharsets.UTF_8);

  /** Copies. */
  public RoundDraw {
    nodes = List.copyOf(nodes);
    if (responders < 1 || nodes.size() < MAKERS + responders) {
      throw new IllegalArgumentException(
          "nodes, responders: %d, %d (expected: 1 responder or more, and two more nodes)"
              .formatted(nodes.size(), responders));
    }
  }

  /** The id of a window's round, as the contract makes it. */
  public static Digest idOf(long number) {
    byte[] word = ByteBuffer.allocate(WORD).putLong(WORD - Long.BYTES, number).array();
    return Keccak256.hash(RoundRequest.TYPE.typeHash().bytes(), word);
  }

  /**
   * Draws.
   *
   * @param beacon the newest validator set's randomness
   * @param number of the round's window
   * @param candidates nodes of the pool that do not rest
   * @return empty when they have fewer than three owners
   */
  public static Optional<RoundDraw> of(
      Digest beacon, long number, Collection<Candidate> candidates) {
    Digest seed = Keccak256.hash(DOMAIN, beacon.bytes(), idOf(number).bytes());
    List<Address> drawn =
        NodeSelection.draw(
                new SelectionSeed(seed),
                PURPOSE,
                candidates,
                MAKERS + MOST_RESPONDERS + MOST_SPARES,
                NodeSelection.Owners.DISTINCT)
            .stream()
            .map(Candidate::node)
            .toList();
    return drawn.size() <= MAKERS
        ? Optional.empty()
        : Optional.of(new RoundDraw(drawn, Math.min(MOST_RESPONDERS, drawn.size() - MAKERS)));
  }

  /** What a committee attests of it. */
  public Attestation attestation(long number) {
    Digest id = idOf(number);
    return Attestation.of(id, new RoundRequest(id, Approvals.nodesDigest(nodes), responders));
  }
}

package io.myelin.protocol.cognitive;

import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.typeddata.Attestation;
import io.myelin.protocol.typeddata.RoundResult;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A word on a round's topic, questions and answers, by who made them. Who is not named was neither
 * right nor wrong.
 *
 * @param right in the order drawn
 * @param wrong in the order drawn
 */
public record RoundVerdict(List<Address> right, List<Address> wrong) {
  private static final int WORD = 32;

  /** Copies. */
  public RoundVerdict {
    right = List.copyOf(right);
    wrong = List.copyOf(wrong);
  }

  /** What was found of what one node made. */
  public enum Found {
    /** It is what the model says, to the last bit. */
    RIGHT,
    /** It cannot be, is another node's, or was never handed in. */
    WRONG,
    /** Nothing can be said. */
    NEITHER
  }

  /** Of what was found of those who made something. */
  public static RoundVerdict of(List<Address> drawn, Map<Address, Found> found) {
    List<Address> right = new ArrayList<>();
    List<Address> wrong = new ArrayList<>();
    for (Address node : drawn) {
      switch (found.getOrDefault(node, Found.NEITHER)) {
        case RIGHT -> right.add(node);
        case WRONG -> wrong.add(node);
        case NEITHER -> {}
      }
    }
    return new RoundVerdict(right, wrong);
  }

  /** What a committee attests. */
  public Attestation attestation(Digest roundId) {
    return Attestation.of(roundId, new RoundResult(roundId, digest()));
  }

  /** {@code keccak256(abi.encode(right, wrong))}. */
  Digest digest() {
    ByteBuffer words = ByteBuffer.allocate((4 + right.size() + wrong.size()) * WORD);
    number(words, 2 * WORD);
    number(words, (3 + right.size()) * WORD);
    nodes(words, right);
    nodes(words, wrong);
    return Keccak256.hash(words.array());
  }

  private static void number(ByteBuffer words, int value) {
    words.put(new byte[WORD - Integer.BYTES]).putInt(value);
  }

  private static void nodes(ByteBuffer words, List<Address> nodes) {
    number(words, nodes.size());
    nodes.forEach(node -> words.put(new byte[WORD - Address.LENGTH]).put(node.bytes()));
  }
}

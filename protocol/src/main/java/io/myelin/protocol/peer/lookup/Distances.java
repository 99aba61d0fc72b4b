package io.myelin.protocol.peer.lookup;

import io.myelin.protocol.ids.Digest;
import java.util.ArrayList;
import java.util.List;

/** Distances between node ids: the exclusive or, read as a number. */
public final class Distances {
  /** The largest log-distance. */
  public static final int MAX = 256;

  private static final int ASKED = 6;

  private Distances() {}

  /** The exclusive or; ids closer to each other have a smaller one. */
  public static Digest xor(Digest a, Digest b) {
    byte[] left = a.bytes();
    byte[] right = b.bytes();
    for (int i = 0; i < left.length; i++) {
      left[i] ^= right[i];
    }
    return Digest.of(left);
  }

  /** The number of bits of {@link #xor}: 0 for the same id, 256 when the first bits differ. */
  public static int log(Digest a, Digest b) {
    byte[] distance = xor(a, b).bytes();
    for (int i = 0; i < distance.length; i++) {
      if (distance[i] != 0) {
        return MAX - 8 * i - (Integer.numberOfLeadingZeros(distance[i] & 0xff) - 24);
      }
    }
    return 0;
  }

  /**
   * Which of a node's buckets to ask for when looking for a target: the one on the target's side
   * first, then those of the node's own side, then the next further away. An answer holds 16 nodes
   * at most, in this order.
   */
  public static List<Integer> around(Digest node, Digest target) {
    int own = log(node, target);
    List<Integer> distances = new ArrayList<>();
    if (own > 0) {
      distances.add(own);
    }
    for (int step = 1; step <= 3; step++) {
      if (own - step > 0) {
        distances.add(own - step);
      }
    }
    for (int step = 1; distances.size() < ASKED && own + step <= MAX; step++) {
      distances.add(own + step);
    }
    return distances;
  }
}

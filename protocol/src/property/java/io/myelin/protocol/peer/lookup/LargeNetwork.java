package io.myelin.protocol.peer.lookup;

import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.ids.Digest;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/**
 * A Kademlia network of any size: every node has the routing table it would have after a while, at
 * most 16 nodes of each bucket, drawn at random, and names them whether they live or not. No node
 * is simulated beyond what it answers; the search is the product's own machine.
 */
final class LargeNetwork {
  private static final int BUCKET = 16;
  private static final int ANSWER = 16;

  private final Digest[] ids;
  private final Map<Digest, Integer> index = new HashMap<>();
  private final BitSet dead = new BitSet();
  private final long seed;

  /** What a search cost and found. */
  record Outcome(int requests, List<Digest> closest) {}

  LargeNetwork(int nodes, long seed) {
    this.seed = seed;
    ids = new Digest[nodes];
    for (int i = 0; i < nodes; i++) {
      ids[i] = Keccak256.hash(ByteBuffer.allocate(16).putLong(seed).putLong(i).array());
    }
    Arrays.sort(ids);
    for (int i = 0; i < nodes; i++) {
      index.put(ids[i], i);
    }
  }

  Digest id(int node) {
    return ids[node];
  }

  boolean isDead(int node) {
    return dead.get(node);
  }

  /** Kills a share of all nodes at once; nobody has noticed yet. */
  void kill(double share, Random random) {
    for (int i = 0; i < ids.length; i++) {
      if (random.nextDouble() < share) {
        dead.set(i);
      }
    }
  }

  void revive() {
    dead.clear();
  }

  Outcome search(int from, Digest target) {
    List<Digest> seeds = closestOfTable(from, target);
    LookupStep step = LookupMachine.start(LookupSettings.DEFAULT, target, ids[from], seeds, 1_000);
    Deque<LookupEffect.Ask> asked = new ArrayDeque<>();
    while (true) {
      for (LookupEffect effect : step.effects()) {
        switch (effect) {
          case LookupEffect.Ask ask -> asked.add(ask);
          case LookupEffect.Ended ended -> {
            return new Outcome(step.state().requests(), ended.closest());
          }
        }
      }
      LookupEffect.Ask ask = asked.remove();
      int node = Objects.requireNonNull(index.get(ask.node()));
      LookupEvent event =
          dead.get(node)
              ? new LookupEvent.Failed(ask.node())
              : new LookupEvent.Answered(ask.node(), answer(node, ask.distances()));
      step = LookupMachine.apply(step.state(), event, 0);
    }
  }

  private List<Digest> answer(int node, List<Integer> distances) {
    List<Digest> found = new ArrayList<>();
    for (int distance : distances) {
      found.addAll(bucket(node, distance));
    }
    return found.subList(0, Math.min(found.size(), ANSWER));
  }

  private List<Digest> closestOfTable(int node, Digest target) {
    List<Digest> all = new ArrayList<>();
    for (int distance = Distances.MAX; distance > Distances.MAX - 24; distance--) {
      all.addAll(bucket(node, distance));
    }
    return all.stream()
        .sorted(Comparator.comparing(id -> Distances.xor(id, target)))
        .limit(BUCKET)
        .toList();
  }

  /** The nodes at a log-distance are those that share all bits above it and differ there. */
  private List<Digest> bucket(int node, int distance) {
    byte[] low = ids[node].bytes();
    int bit = Distances.MAX - distance;
    low[bit / 8] ^= (byte) (0x80 >> (bit % 8));
    byte[] high = low.clone();
    for (int i = bit + 1; i < Distances.MAX; i++) {
      low[i / 8] &= (byte) ~(0x80 >> (i % 8));
      high[i / 8] |= (byte) (0x80 >> (i % 8));
    }
    int begin = place(Digest.of(low));
    int end = place(Digest.of(high));
    int size = end - begin;
    if (size <= BUCKET) {
      return Arrays.asList(ids).subList(begin, end);
    }
    Random random = new Random(seed ^ (node * 1_000L + distance));
    return random.ints(begin, end).distinct().limit(BUCKET).mapToObj(i -> ids[i]).toList();
  }

  private int place(Digest id) {
    int found = Arrays.binarySearch(ids, id);
    return found >= 0 ? found : -found - 1;
  }
}

package io.myelin.chain.transaction;

import io.myelin.chain.BlockRef;
import io.myelin.chain.FeeMarket;
import io.myelin.protocol.ids.Digest;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A chain with one account, a mempool, base fees and reorganisations, as small as can be. */
final class SimulatedChain {
  private final List<List<Attempt>> blocks = new ArrayList<>(List.of(List.of()));
  private final TreeMap<Long, Attempt> mempool = new TreeMap<>();
  private long baseFee = 100;
  private long branches;

  FeeMarket market() {
    return new FeeMarket(BigInteger.valueOf(baseFee), BigInteger.TWO);
  }

  void baseFee(long wei) {
    baseFee = wei;
  }

  long head() {
    return blocks.size() - 1L;
  }

  long nonce() {
    return blocks.stream().mapToLong(List::size).sum();
  }

  SenderEvent.Answer send(Attempt attempt) {
    if (attempt.nonce() < nonce()) {
      return SenderEvent.Answer.NONCE_USED;
    }
    if (attempt.fees().maxWei().longValueExact() < baseFee) {
      return SenderEvent.Answer.UNDERPRICED;
    }
    Attempt waiting = mempool.get(attempt.nonce());
    boolean replaces =
        waiting == null
            || waiting.equals(attempt)
            || 10 * attempt.fees().maxWei().longValueExact()
                >= 11 * waiting.fees().maxWei().longValueExact();
    if (!replaces) {
      return SenderEvent.Answer.UNDERPRICED;
    }
    mempool.put(attempt.nonce(), attempt);
    return SenderEvent.Answer.TAKEN;
  }

  /** A block of at most so many transactions, in the order of nonces. */
  void mine(int most) {
    List<Attempt> block = new ArrayList<>();
    long next = nonce();
    while (block.size() < most
        && mempool.containsKey(next)
        && mempool.get(next).fees().maxWei().longValueExact() >= baseFee) {
      block.add(mempool.remove(next++));
    }
    mempool.headMap(next).clear();
    blocks.add(block);
    branches++;
  }

  /** The last blocks never were; what they held waits again, or is forgotten. */
  void reorganise(int depth, boolean forget) {
    for (int i = 0; i < depth && blocks.size() > 1; i++) {
      for (Attempt attempt : blocks.removeLast()) {
        if (!forget) {
          mempool.putIfAbsent(attempt.nonce(), attempt);
        }
      }
    }
    branches++;
  }

  void forgetMempool() {
    mempool.clear();
  }

  Optional<Inclusion> inclusion(InFlight entry) {
    for (int height = 0; height < blocks.size(); height++) {
      for (Attempt mined : blocks.get(height)) {
        if (entry.attempts().contains(mined)) {
          return Optional.of(
              new Inclusion(
                  mined.hash(), ref(height), true, 21_000, BigInteger.ONE, Optional.empty()));
        }
      }
    }
    return Optional.empty();
  }

  private BlockRef ref(long height) {
    return new BlockRef(height, digest(height * 1_000_000 + branches));
  }

  static Digest digest(long number) {
    return Digest.of(ByteBuffer.allocate(32).putLong(24, number).array());
  }

  /** How often the raw bytes of each intent are in the chain. */
  Map<String, Integer> effects(Map<Digest, String> intentOf) {
    Map<String, Integer> counts = new HashMap<>();
    for (List<Attempt> block : blocks) {
      for (Attempt attempt : block) {
        counts.merge(intentOf.getOrDefault(attempt.hash(), "nobody's"), 1, Integer::sum);
      }
    }
    return counts;
  }
}

package io.myelin.gateway.chain;

import io.myelin.chain.ChainClient;
import io.myelin.committee.opening.NodeRecordReader;
import io.myelin.committee.opening.SetRecords;
import io.myelin.committee.opening.Suspensions;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.gateway.session.ChainPool;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.reputation.Suspension;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListSet;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the pool's nodes: by the newest validator set and the one before, which openings
 * are drawn for, and by the sets of sessions that need more nodes.
 */
final class PoolRecords {
  private final ChainClient chain;
  private final NetworkContracts network;
  private final long firstBlock;
  private final NodeRecordReader reader;
  private final ConcurrentSkipListSet<Long> wanted = new ConcurrentSkipListSet<>();
  private final Map<Address, Suspension> suspensions = new HashMap<>();

  PoolRecords(ChainClient chain, NetworkContracts network, long firstBlock) {
    this.chain = chain;
    this.network = network;
    this.firstBlock = firstBlock;
    this.reader = new NodeRecordReader(chain, network, firstBlock);
  }

  /** From now on reads this set's too. */
  void want(long set) {
    wanted.add(set);
    while (wanted.size() > NodeRecordReader.MOST_SETS) {
      wanted.pollFirst();
    }
  }

  /** Whether somebody waits for what was not read. */
  boolean lacks(Map<Long, SetRecords> read) {
    return !read.keySet().containsAll(wanted);
  }

  /** By set; blocks. */
  Map<Long, SetRecords> read(long newest) {
    Map<Long, SetRecords> read = new HashMap<>();
    for (long set = Math.max(1, newest - 1); set <= newest; set++) {
      read.put(set, reader.asOf(set));
    }
    // Sessions of sets that have no answer any more are over.
    wanted.headSet(Math.max(1, newest - NodeRecordReader.MOST_SETS + 1)).clear();
    for (long set : wanted) {
      read.put(set, reader.asOf(set));
    }
    return Map.copyOf(read);
  }

  /** The verdicts that keep nodes out; blocks, once for each. */
  Map<Address, Suspension> suspended(Map<Address, ChainPool.Entry> pool) {
    suspensions.keySet().removeIf(node -> !isSuspended(pool.get(node)));
    pool.forEach(
        (node, entry) -> {
          if (isSuspended(entry) && !suspensions.containsKey(node)) {
            Suspensions.last(chain, network, firstBlock, node)
                .ifPresent(found -> suspensions.put(node, found));
          }
        });
    return Map.copyOf(suspensions);
  }

  private static boolean isSuspended(ChainPool.@Nullable Entry entry) {
    return entry != null && entry.standing() == ChainPool.Standing.SUSPENDED;
  }
}

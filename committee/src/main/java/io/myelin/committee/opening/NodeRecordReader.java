package io.myelin.committee.opening;

import io.myelin.chain.BlockHeader;
import io.myelin.chain.BlockRef;
import io.myelin.chain.BlockUnknownException;
import io.myelin.chain.ChainClient;
import io.myelin.chain.EventLog;
import io.myelin.chain.LogFilter;
import io.myelin.chain.LogRanges;
import io.myelin.contracts.InferencePayment;
import io.myelin.contracts.NodeStats;
import io.myelin.contracts.Session;
import io.myelin.contracts.ValidatorRegistry;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.protocol.reputation.NodeRecords;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads what the chain's events say of nodes, as of each validator set. It keeps counters, not
 * events: a state that no reorganisation is expected to reach, from which the newest blocks are
 * folded anew each time. Every method may be called from any thread.
 */
public final class NodeRecordReader {
  /** Blocks that may still be taken back. */
  private static final long REREAD_BLOCKS = 64;

  /** Read at once, so that a long history needs little memory. */
  private static final long CHUNK_BLOCKS = 20_000;

  /**
   * So many newest sets have an answer: those of the longest session, eight days, where an epoch
   * has the shortest ten minutes.
   */
  public static final int MOST_SETS = 1_200;

  private final ChainClient chain;
  private final NetworkContracts network;
  private final LogFilter filter;
  private final State start;
  private final TreeMap<Long, SetRecords> sets = new TreeMap<>();
  private State kept;

  /**
   * The fold up to a block.
   *
   * @param last that is in it; empty before the first
   */
  private record State(NodeRecords records, long nextBlock, Optional<BlockRef> last) {}

  /**
   * Of a network.
   *
   * @param firstBlock no event of the network is older
   */
  public NodeRecordReader(ChainClient chain, NetworkContracts network, long firstBlock) {
    this.chain = chain;
    this.network = network;
    this.filter =
        LogFilter.of(
                network.stats().address(),
                network.sessions().address(),
                network.payment().address(),
                network.validators().address())
            .events(
                List.of(
                    NodeStats.RecordedEvent.TYPE.topic(),
                    Session.SessionOpenedEvent.TYPE.topic(),
                    Session.SessionExtendedEvent.TYPE.topic(),
                    InferencePayment.SettledEvent.TYPE.topic(),
                    InferencePayment.FinalizedEvent.TYPE.topic(),
                    ValidatorRegistry.SetMadeEvent.TYPE.topic()));
    this.start = new State(NodeRecords.EMPTY, firstBlock, Optional.empty());
    this.kept = start;
  }

  /**
   * What was known of nodes when a set was made; blocks, at first for as long as it takes to read
   * the network's history.
   *
   * @throws io.myelin.chain.ChainException when the chain cannot be read, changed while it was
   *     read, or has no such set
   */
  public synchronized SetRecords asOf(long set) {
    SetRecords known = sets.get(set);
    if (known != null && isFinal(known.block())) {
      return known;
    }
    if (known == null || !isThere(known.block())) {
      catchUp();
      known = sets.get(set);
    }
    if (known == null) {
      throw new BlockUnknownException(
          "validator set %d was made in no block that is read (newest: %s)"
              .formatted(set, sets.isEmpty() ? "none" : sets.lastKey()));
    }
    return known;
  }

  private boolean isFinal(BlockRef block) {
    return block.number() < kept.nextBlock();
  }

  private boolean isThere(BlockRef block) {
    return chain.block(block.number()).filter(now -> now.ref().equals(block)).isPresent();
  }

  private void catchUp() {
    BlockHeader head = chain.head();
    if (kept.last().isPresent() && !isThere(kept.last().get())) {
      // More was taken back than anybody expects: nothing that was read is believed.
      kept = start;
      sets.clear();
    }
    sets.values().removeIf(set -> !isFinal(set.block()));
    long lastFinal = head.number() - REREAD_BLOCKS;
    while (kept.nextBlock() <= lastFinal) {
      kept = folded(kept, header(Math.min(lastFinal, kept.nextBlock() + CHUNK_BLOCKS - 1)));
    }
    if (kept.nextBlock() <= head.number()) {
      State _ = folded(kept, head);
    }
    while (sets.size() > MOST_SETS) {
      sets.pollFirstEntry();
    }
  }

  /** With all blocks up to one, and the sets that were made in them. */
  private State folded(State before, BlockHeader last) {
    Fold fold = new Fold(before.records());
    LogRanges.read(chain, filter, before.nextBlock(), last.number()).forEach(fold::add);
    fold.endBlock();
    if (!isThere(last.ref())) {
      throw changed(last.ref());
    }
    fold.made.forEach(set -> sets.put(set.set(), set));
    return new State(fold.records, last.number() + 1, Optional.of(last.ref()));
  }

  private BlockHeader header(long number) {
    return chain
        .block(number)
        .orElseThrow(() -> new BlockUnknownException("block " + number + " is not there now"));
  }

  private static BlockUnknownException changed(BlockRef block) {
    return new BlockUnknownException(
        "block %s was taken back while events were read; ask again".formatted(block));
  }

  /** One pass over events in the chain's order. */
  private final class Fold {
    private final List<SetRecords> made = new ArrayList<>();
    private NodeRecords records;
    private @Nullable BlockHeader block;
    private long set;

    Fold(NodeRecords before) {
      this.records = before;
    }

    void add(EventLog log) {
      BlockHeader before = block;
      if (before != null && !before.ref().equals(log.block())) {
        endBlock();
      }
      if (log.contract().equals(network.validators().address())) {
        if (ValidatorRegistry.event(log).orElse(null)
            instanceof ValidatorRegistry.SetMadeEvent event) {
          long _ = time(log.block());
          set = event.version();
        }
        return;
      }
      RecordLogs.read(network, log)
          .ifPresent(
              event ->
                  records =
                      records.apply(event, RecordLogs.isTimed(event) ? time(log.block()) : 0));
    }

    /** A set is of all that its block says. */
    void endBlock() {
      BlockHeader of = block;
      if (set > 0 && of != null) {
        made.add(new SetRecords(set, of.ref(), of.timestampSeconds(), records.nodes()));
      }
      set = 0;
      block = null;
    }

    private long time(BlockRef ref) {
      BlockHeader known = block;
      if (known == null) {
        known = header(ref.number());
        if (!known.ref().equals(ref)) {
          throw changed(ref);
        }
        block = known;
      }
      return known.timestampSeconds();
    }
  }
}

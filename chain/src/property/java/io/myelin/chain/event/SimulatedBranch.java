package io.myelin.chain.event;

import io.myelin.chain.BlockHeader;
import io.myelin.chain.BlockRef;
import io.myelin.chain.Bytes;
import io.myelin.chain.EventLog;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Blocks with logs, and reorganisations. */
final class SimulatedBranch {
  private record Block(BlockHeader header, List<EventLog> logs) {}

  private final List<Block> blocks = new ArrayList<>();
  private final List<Block> ever = new ArrayList<>();
  private long hashes;

  SimulatedBranch() {
    mine(0);
  }

  void mine(int logs) {
    Digest parent = blocks.isEmpty() ? Digest.ZERO : blocks.getLast().header().hash();
    BlockRef ref = new BlockRef(blocks.size(), digest(++hashes));
    List<EventLog> events = new ArrayList<>();
    for (int i = 0; i < logs; i++) {
      events.add(
          new EventLog(Address.ZERO, List.of(), Bytes.EMPTY, ref, digest(hashes * 100 + i), i));
    }
    Block block = new Block(new BlockHeader(ref, parent, hashes, BigInteger.ZERO), events);
    blocks.add(block);
    ever.add(block);
  }

  void drop(int depth) {
    for (int i = 0; i < depth && blocks.size() > 1; i++) {
      blocks.removeLast();
    }
  }

  long head() {
    return blocks.size() - 1L;
  }

  Optional<BlockHeader> block(long number) {
    return number < 0 || number >= blocks.size()
        ? Optional.empty()
        : Optional.of(blocks.get((int) number).header());
  }

  /** Also of blocks that were reorganised away, as many endpoints do; empty when unknown. */
  Optional<List<EventLog>> logs(BlockRef ref, boolean remembersOthers) {
    return (remembersOthers ? ever : blocks)
        .stream().filter(block -> block.header().ref().equals(ref)).map(Block::logs).findFirst();
  }

  List<EventLog> range(long first, long last) {
    return blocks.stream()
        .filter(block -> block.header().number() >= first && block.header().number() <= last)
        .flatMap(block -> block.logs().stream())
        .toList();
  }

  private static Digest digest(long number) {
    return Digest.of(ByteBuffer.allocate(32).putLong(24, number).array());
  }
}

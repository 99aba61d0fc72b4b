package io.myelin.validator;

import io.myelin.chain.ChainClient;
import io.myelin.chain.EventLog;
import io.myelin.chain.LogFilter;
import io.myelin.chain.LogRanges;
import java.util.List;

/**
 * Reads a contract's events as they come. A few of the newest blocks are read again each time,
 * since another branch may have taken their place: who takes the events in must not mind.
 */
final class LogTail {
  private static final long AGAIN_BLOCKS = 64;

  private final ChainClient chain;
  private final LogFilter filter;
  private final long firstBlock;
  private long nextBlock;

  LogTail(ChainClient chain, LogFilter filter, long firstBlock) {
    this.chain = chain;
    this.filter = filter;
    this.firstBlock = firstBlock;
    this.nextBlock = firstBlock;
  }

  /**
   * What came since, and some of what came before.
   *
   * @throws io.myelin.chain.ChainException when the chain cannot be read; the same is read next
   *     time
   */
  List<EventLog> next() {
    long head = chain.head().number();
    List<EventLog> logs =
        LogRanges.read(chain, filter, Math.max(firstBlock, nextBlock - AGAIN_BLOCKS), head);
    nextBlock = head + 1;
    return logs;
  }
}

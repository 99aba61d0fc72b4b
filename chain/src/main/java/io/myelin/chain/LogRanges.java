package io.myelin.chain;

import java.util.ArrayList;
import java.util.List;

/** Logs of many blocks, in as many questions as the endpoints want. */
public final class LogRanges {
  private static final long MOST_BLOCKS = 2_000;

  private LogRanges() {}

  /**
   * All logs that a filter wants, in order.
   *
   * @param first block to look at
   * @param last block to look at; one below {@code first} gives no logs
   * @throws ChainException when the chain cannot be read, or not one block at a time
   */
  public static List<EventLog> read(ChainClient chain, LogFilter filter, long first, long last) {
    List<EventLog> logs = new ArrayList<>();
    long from = first;
    long blocks = MOST_BLOCKS;
    while (from <= last) {
      long to = Math.min(last, from + blocks - 1);
      try {
        logs.addAll(chain.logs(filter, from, to));
        from = to + 1;
      } catch (RangeRefusedException e) {
        if (blocks == 1) {
          throw e;
        }
        blocks /= 2;
      }
    }
    return logs;
  }
}

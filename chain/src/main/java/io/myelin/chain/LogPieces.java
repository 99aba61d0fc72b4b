package io.myelin.chain;

import java.util.ArrayList;
import java.util.List;

/** All logs of a long range, read in as many pieces as the endpoints want. */
public final class LogPieces {
  private static final long MOST_BLOCKS = 2_000;

  private LogPieces() {}

  /**
   * The logs that a filter wants from one block to another, both included, in order; none when the
   * range is empty.
   *
   * @throws RangeRefusedException when an endpoint refuses a single block
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

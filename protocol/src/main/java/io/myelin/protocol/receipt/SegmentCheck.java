package io.myelin.protocol.receipt;

import io.myelin.protocol.typeddata.TaskCommit;
import java.util.List;
import java.util.Optional;

/** Whether the segments cover the stream once, without gap or overlap, in the order of attempts. */
final class SegmentCheck {
  private static final String NAME = "segments";

  private SegmentCheck() {}

  static Check check(Receipt receipt, Optional<TaskCommit> primary) {
    List<Segment> segments = receipt.segments();
    long nextChunk = 0;
    long tokens = 0;
    int lastAttempt = 0;
    for (Segment segment : segments) {
      if (segment.firstChunk() != nextChunk) {
        return failed("starts at chunk " + segment.firstChunk(), nextChunk);
      }
      if (segment.attempt() <= lastAttempt) {
        return failed("attempt " + segment.attempt(), "more than " + lastAttempt);
      }
      nextChunk += segment.chunks();
      tokens += segment.tokens();
      lastAttempt = segment.attempt();
    }
    if (tokens != receipt.output().outputTokens()) {
      return failed(tokens + " tokens", receipt.output().outputTokens());
    }
    if (primary.isPresent() && !segments.isEmpty()) {
      Segment last = segments.getLast();
      TaskCommit statement = primary.get();
      if (last.attempt() > statement.attempt()) {
        return failed(
            "attempt " + last.attempt(), "at most " + statement.attempt() + ", the primary's");
      }
      if (last.attempt() == statement.attempt() && !last.node().equals(statement.node())) {
        return failed(
            "attempt " + last.attempt() + " by " + last.node(), statement.node() + ", the primary");
      }
    }
    return Check.held(NAME, segments.size() + " segments, " + nextChunk + " chunks");
  }

  private static Check failed(String found, Object expected) {
    return Check.failed(NAME, found + " (expected: " + expected + ")");
  }
}

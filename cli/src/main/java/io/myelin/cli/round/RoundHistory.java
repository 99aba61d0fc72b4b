package io.myelin.cli.round;

import io.myelin.chain.BlockHeader;
import io.myelin.chain.EventLog;
import io.myelin.chain.LogFilter;
import io.myelin.cli.chain.ChainAccess;
import io.myelin.contracts.Cognitive;
import io.myelin.contracts.NodeStats;
import io.myelin.contracts.round.RoundReader;
import io.myelin.protocol.cognitive.CognitivePhase;
import io.myelin.protocol.cognitive.RoundDraw;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.reputation.NodeStage;
import io.myelin.protocol.reputation.StageMark;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What the chain tells of rounds. */
final class RoundHistory {
  private final ChainAccess network;
  private final RoundReader reader;
  private final BlockHeader head;
  private final long firstBlock;

  RoundHistory(ChainAccess network) {
    this.network = network;
    this.reader = new RoundReader(network.chain(), network.contracts());
    this.head = network.chain().head();
    this.firstBlock = network.firstBlock(head);
  }

  RoundReader reader() {
    return reader;
  }

  /** What a round waits for, for people. */
  static String name(CognitivePhase phase) {
    return phase.name().toLowerCase(Locale.ROOT);
  }

  /** Numbers of the newest rounds, newest first. */
  List<Long> newest(int count) {
    List<Long> numbers = new ArrayList<>();
    for (EventLog log : logs(List.of(Cognitive.RoundRequestedEvent.TYPE.topic()))) {
      if (Cognitive.event(log).orElse(null) instanceof Cognitive.RoundRequestedEvent requested) {
        numbers.add(requested.number());
      }
    }
    return numbers.reversed().stream().limit(count).toList();
  }

  /** Everything that happened in a round, in order. */
  List<Cognitive.Event> events(long number) {
    LogFilter filter =
        new LogFilter(
            List.of(network.contracts().cognitive().address()),
            List.of(List.of(), List.of(RoundDraw.idOf(number))));
    return network.logs(filter, firstBlock, head).stream()
        .flatMap(log -> Cognitive.event(log).stream())
        .toList();
  }

  /** Who was marked right and wrong when the round ended. */
  Map<Address, StageMark> marks(List<Cognitive.Event> events) {
    Map<Address, StageMark> marks = new HashMap<>();
    for (Cognitive.Event event : events) {
      if (event instanceof Cognitive.RoundMovedEvent moved
          && moved.phase() == CognitivePhase.ENDED.number()) {
        Digest transaction = moved.log().transaction();
        LogFilter filter =
            LogFilter.of(network.contracts().stats().address())
                .events(List.of(NodeStats.RecordedEvent.TYPE.topic()));
        for (EventLog log : network.logs(filter, moved.log().block().number(), head)) {
          if (log.transaction().equals(transaction)
              && NodeStats.event(log).orElse(null) instanceof NodeStats.RecordedEvent recorded
              && recorded.stage() == NodeStage.CORRECTNESS.number()) {
            marks.put(recorded.node(), StageMark.of((int) recorded.mark()));
          }
        }
      }
    }
    return marks;
  }

  private List<EventLog> logs(List<Digest> topics) {
    return network.logs(
        LogFilter.of(network.contracts().cognitive().address()).events(topics), firstBlock, head);
  }
}

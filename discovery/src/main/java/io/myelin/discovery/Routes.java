package io.myelin.discovery;

import io.myelin.discovery.link.Link;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.peer.PeerRecord;
import io.myelin.protocol.peer.lookup.LookupEffect;
import io.myelin.protocol.peer.lookup.LookupEvent;
import io.myelin.protocol.peer.lookup.LookupMachine;
import io.myelin.protocol.peer.lookup.LookupSettings;
import io.myelin.protocol.peer.lookup.LookupState;
import io.myelin.protocol.peer.lookup.LookupStep;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Searches in the Kademlia network: the lookup machine with real requests. On the core's thread.
 */
final class Routes {
  private static final int SEEDS = 16;

  private final Digest own;
  private final Link link;
  private final Requests requests;
  private final Counters counters;
  private final InstantSource clock;
  private final long searchMillis;
  private final Supplier<List<PeerRecord>> moreSeeds;

  /**
   * @param moreSeeds nodes to begin with where the routing table has too few
   */
  Routes(
      Digest own,
      Link link,
      Requests requests,
      Counters counters,
      InstantSource clock,
      long searchMillis,
      Supplier<List<PeerRecord>> moreSeeds) {
    this.own = own;
    this.link = link;
    this.requests = requests;
    this.counters = counters;
    this.clock = clock;
    this.searchMillis = searchMillis;
    this.moreSeeds = moreSeeds;
  }

  /** The nodes closest to a target that answered, closest first. */
  CompletableFuture<List<PeerRecord>> search(Digest target) {
    counters.searches.increment();
    return new Search(target).begin();
  }

  private final class Search {
    private final Digest target;
    private final Map<Digest, PeerRecord> records = new HashMap<>();
    private final CompletableFuture<List<PeerRecord>> result = new CompletableFuture<>();
    private @Nullable LookupState state;

    Search(Digest target) {
      this.target = target;
    }

    CompletableFuture<List<PeerRecord>> begin() {
      List<PeerRecord> seeds = new ArrayList<>(link.closest(target, SEEDS));
      if (seeds.size() < SEEDS) {
        seeds.addAll(moreSeeds.get());
      }
      follow(
          LookupMachine.start(
              LookupSettings.DEFAULT, target, own, learned(seeds), clock.millis() + searchMillis));
      return result;
    }

    private List<Digest> learned(List<PeerRecord> nodes) {
      nodes.forEach(
          record ->
              records.merge(record.nodeId(), record, (old, now) -> now.replaces(old) ? now : old));
      return nodes.stream().map(PeerRecord::nodeId).toList();
    }

    private void follow(LookupStep step) {
      state = step.state();
      for (LookupEffect effect : step.effects()) {
        switch (effect) {
          case LookupEffect.Ask ask -> ask(ask);
          case LookupEffect.Ended ended ->
              result.complete(ended.closest().stream().map(this::record).toList());
        }
      }
    }

    private PeerRecord record(Digest id) {
      PeerRecord record = records.get(id);
      if (record == null) {
        throw new IllegalStateException("search: nothing known of " + id.shortHex());
      }
      return record;
    }

    private void ask(LookupEffect.Ask ask) {
      var _ =
          requests
              .findNodes(record(ask.node()), ask.distances())
              .thenAccept(
                  answer ->
                      heard(
                          answer
                              .<LookupEvent>map(
                                  nodes -> new LookupEvent.Answered(ask.node(), learned(nodes)))
                              .orElseGet(() -> new LookupEvent.Failed(ask.node()))));
    }

    private void heard(LookupEvent event) {
      if (state != null) {
        follow(LookupMachine.apply(state, event, clock.millis()));
      }
    }
  }
}

package io.myelin.gateway.chain;

import io.myelin.chain.BlockHeader;
import io.myelin.chain.ChainClient;
import io.myelin.chain.EventLog;
import io.myelin.chain.LogFilter;
import io.myelin.chain.LogRanges;
import io.myelin.committee.opening.SetRecords;
import io.myelin.contracts.NodePool;
import io.myelin.contracts.Session;
import io.myelin.contracts.SubnetRegistry;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.gateway.session.ChainPool;
import io.myelin.gateway.session.NodeReputation;
import io.myelin.gateway.session.SessionChain;
import io.myelin.gateway.session.WhereServed;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.reputation.Suspension;
import io.myelin.protocol.settlement.SessionTail;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What the gateway reads of the chain: pool, prices, the newest validator set. Events say what
 * there is, the contracts how it stands; a block that is taken back leaves nothing wrong behind,
 * since the state is read anew with every head.
 */
final class ChainView {
  /** So many blocks are read again when others stand in their place. */
  private static final long TAKEN_BACK = 512;

  private final ChainClient chain;
  private final NetworkContracts network;
  private final List<Digest> served;
  private final Consumer<SessionId> closing;
  private final Set<Address> nodes = new LinkedHashSet<>();
  private final SubnetBook subnets;
  private final PoolRecords records;
  private final long firstBlock;
  private long nextBlock;
  private @Nullable BlockHeader seen;
  private volatile Snapshot snapshot;

  /** The chain at one head. */
  record Snapshot(
      long timeSeconds,
      SessionChain.Standing standing,
      Map<Digest, Map<Digest, SessionChain.Quote>> quotes,
      List<SubnetBook.Entry> subnets,
      Map<Address, ChainPool.Entry> pool,
      Map<Long, SetRecords> records,
      Map<Address, Suspension> suspended)
      implements ChainPool {

    @Override
    public Optional<ToLongFunction<Address>> weights(long set) {
      return Optional.ofNullable(records.get(set)).map(read -> read::weight);
    }

    @Override
    public Optional<NodeReputation> reputation(Address node) {
      return Optional.ofNullable(records.get(standing.validatorSet()))
          .map(
              read ->
                  new NodeReputation(
                      read.set(),
                      read.timeSeconds(),
                      read.of(node),
                      Optional.ofNullable(suspended.get(node))));
    }

    @Override
    public Optional<Entry> node(Address node) {
      return Optional.ofNullable(pool.get(node));
    }

    /** Who is ready to serve a subnet. */
    List<Address> gateways(Digest subnetId) {
      return subnets.stream()
          .filter(entry -> entry.subnetId().equals(subnetId))
          .findFirst()
          .map(SubnetBook.Entry::gateways)
          .orElse(List.of());
    }

    /** Who lists a model. */
    List<WhereServed.Place> places(String model, Function<Address, Optional<URI>> urls) {
      return subnets.stream()
          .filter(entry -> entry.models().contains(SessionTail.modelIdOf(model)))
          // Anybody can make a subnet that nobody serves.
          .sorted(Comparator.comparing(entry -> entry.gateways().isEmpty()))
          .map(
              entry ->
                  new WhereServed.Place(
                      entry.subnetId(),
                      entry.gateways().stream()
                          .map(gateway -> new WhereServed.At(gateway, urls.apply(gateway)))
                          .toList()))
          .toList();
    }

    Optional<SessionChain.Quote> quote(Digest subnetId, String model) {
      return Optional.ofNullable(
          quotes.getOrDefault(subnetId, Map.of()).get(SessionTail.modelIdOf(model)));
    }
  }

  /**
   * A view that reads from a block on.
   *
   * @param served the subnets of this gateway, the default one first
   * @param firstBlock no event of the network is older
   * @param closing told of sessions that somebody closes on chain
   */
  ChainView(
      ChainClient chain,
      NetworkContracts network,
      List<Digest> served,
      long firstBlock,
      Consumer<SessionId> closing) {
    this.chain = chain;
    this.network = network;
    this.served = List.copyOf(served);
    this.subnets = new SubnetBook(chain, network.subnets(), served);
    this.records = new PoolRecords(chain, network, firstBlock);
    this.firstBlock = firstBlock;
    this.nextBlock = firstBlock;
    this.closing = closing;
    this.snapshot =
        new Snapshot(
            0,
            new SessionChain.Standing(served, 0),
            Map.of(),
            List.of(),
            Map.of(),
            Map.of(),
            Map.of());
  }

  Snapshot now() {
    return snapshot;
  }

  /** From now on reads what nodes weigh as of this set too. */
  void want(long set) {
    records.want(set);
  }

  /** Reads what changed; blocks. One thread at a time. */
  synchronized Snapshot refresh() {
    BlockHeader head = chain.head();
    BlockHeader before = seen;
    if (before != null) {
      if (head.hash().equals(before.hash()) && !records.lacks(snapshot.records())) {
        return snapshot;
      }
      if (!isThere(before)) {
        // A session that was closed in a block with an old number must not be missed.
        nextBlock = Math.min(nextBlock, Math.max(firstBlock, before.number() - TAKEN_BACK));
      }
    }
    readEvents(head.number());
    Map<Address, ChainPool.Entry> pool = new LinkedHashMap<>();
    for (Address node : nodes) {
      entry(network.nodes().nodeOf(node).on(chain)).ifPresent(entry -> pool.put(node, entry));
    }
    Map<Digest, Map<Digest, SessionChain.Quote>> quotes = new HashMap<>();
    served.forEach(subnetId -> quotes.put(subnetId, subnets.quotes(subnetId)));
    long set = network.validators().setVersion().on(chain);
    snapshot =
        new Snapshot(
            head.timestampSeconds(),
            new SessionChain.Standing(served, set),
            Map.copyOf(quotes),
            subnets.entries(head.timestampSeconds()),
            Map.copyOf(pool),
            records.read(set),
            records.suspended(pool));
    seen = head;
    return snapshot;
  }

  /** Reads from the beginning once more, since nobody was told of what was read before. */
  synchronized Snapshot tellAll() {
    nextBlock = firstBlock;
    seen = null;
    return refresh();
  }

  /** All logs of the network that a filter wants, up to the head, in order. */
  List<EventLog> logs(LogFilter filter) {
    return LogRanges.read(chain, filter, firstBlock, chain.head().number());
  }

  private boolean isThere(BlockHeader block) {
    return chain.block(block.number()).filter(now -> now.hash().equals(block.hash())).isPresent();
  }

  private void readEvents(long head) {
    LogFilter filter =
        LogFilter.of(
                network.nodes().address(),
                network.subnets().address(),
                network.sessions().address())
            .events(
                List.of(
                    NodePool.JoinedEvent.TYPE.topic(),
                    SubnetRegistry.ModelListedEvent.TYPE.topic(),
                    SubnetRegistry.GatewayAdmittedEvent.TYPE.topic(),
                    SubnetRegistry.GatewayLeavingEvent.TYPE.topic(),
                    Session.SessionClosingEvent.TYPE.topic()));
    List<SessionId> closed = new ArrayList<>();
    LogRanges.read(chain, filter, nextBlock, head).forEach(log -> note(log, closed));
    nextBlock = head + 1;
    closed.forEach(closing);
  }

  private void note(EventLog log, List<SessionId> closed) {
    if (NodePool.event(log).orElse(null) instanceof NodePool.JoinedEvent joined) {
      nodes.add(joined.node());
    } else if (SubnetRegistry.event(log).isPresent()) {
      SubnetRegistry.event(log).ifPresent(subnets::note);
    } else if (Session.event(log).orElse(null) instanceof Session.SessionClosingEvent closes) {
      closed.add(ChainTerms.sessionId(closes.sessionId()));
    }
  }

  /** Standings as the contract numbers them; 0 is not in the pool. */
  private static Optional<ChainPool.Entry> entry(NodePool.Node node) {
    Optional<ChainPool.Standing> standing =
        switch ((int) node.standing()) {
          case 1 -> Optional.of(ChainPool.Standing.UNQUALIFIED);
          case 2 -> Optional.of(ChainPool.Standing.QUALIFIED);
          case 3 -> Optional.of(ChainPool.Standing.SUSPENDED);
          case 4 -> Optional.of(ChainPool.Standing.LEAVING);
          default -> Optional.empty();
        };
    return standing.map(
        known ->
            new ChainPool.Entry(
                node.owner(),
                known,
                (int) node.slots(),
                (int) node.reserved(),
                (int) node.untested()));
  }
}

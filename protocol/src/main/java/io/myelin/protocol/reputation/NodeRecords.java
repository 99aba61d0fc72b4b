package io.myelin.protocol.reputation;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.SessionId;
import java.util.List;
import org.pcollections.HashTreePMap;
import org.pcollections.HashTreePSet;
import org.pcollections.PMap;
import org.pcollections.PSet;

/**
 * What the chain's events say of every node, as a fold over them in the chain's order. Nothing in
 * it can change, so that a state that was kept is one to go back to.
 *
 * @param nodes of whom something was counted
 * @param open sessions that may still be settled
 * @param day whose successes are in {@code today}, counted from 1970
 * @param today whose success of this day counted already
 */
public record NodeRecords(
    PMap<Address, Reputation> nodes,
    PMap<SessionId, OpenSession> open,
    long day,
    PSet<Earning> today) {
  private static final long DAY_SECONDS = 86_400;

  /** Before the first event. */
  public static final NodeRecords EMPTY =
      new NodeRecords(HashTreePMap.empty(), HashTreePMap.empty(), 0, HashTreePSet.empty());

  /**
   * A session that is not settled.
   *
   * @param nodes by seat
   */
  public record OpenSession(Address client, Address gateway, List<Address> nodes) {
    /** Copies. */
    public OpenSession {
      nodes = List.copyOf(nodes);
    }
  }

  /** A node earned by a client at a gateway. */
  public record Earning(Address client, Address gateway, Address node) {}

  /**
   * With one event more.
   *
   * @param timeSeconds of its block; never less than that of the event before
   */
  public NodeRecords apply(RecordEvent event, long timeSeconds) {
    return switch (event) {
      case RecordEvent.Marked marked ->
          with(nodes.plus(marked.node(), marked(marked, timeSeconds)), open);
      case RecordEvent.Opened opened ->
          with(
              nodes,
              open.plus(
                  opened.session(),
                  new OpenSession(opened.client(), opened.gateway(), opened.nodes())));
      case RecordEvent.Extended extended -> {
        OpenSession before = open.get(extended.session());
        yield before == null
            ? this
            : with(
                nodes,
                open.plus(
                    extended.session(),
                    new OpenSession(before.client(), before.gateway(), extended.nodes())));
      }
      case RecordEvent.Settled settled -> {
        OpenSession session = open.get(settled.session());
        yield session == null
            ? this
            : settled(session, settled, timeSeconds).without(settled.session());
      }
      case RecordEvent.Ended ended -> without(ended.session());
    };
  }

  private Reputation marked(RecordEvent.Marked event, long timeSeconds) {
    return of(event.node()).record(event.stage(), event.mark(), timeSeconds);
  }

  /**
   * Who earned did well. A client and a gateway of one hand could settle session after session, so
   * that of what they say of a node one session a day counts.
   */
  private NodeRecords settled(OpenSession session, RecordEvent.Settled event, long timeSeconds) {
    long now = timeSeconds / DAY_SECONDS;
    PSet<Earning> counted = now > day ? HashTreePSet.empty() : today;
    PMap<Address, Reputation> next = nodes;
    int seats = Math.min(session.nodes().size(), event.earnedWei().size());
    for (int seat = 0; seat < seats; seat++) {
      Address node = session.nodes().get(seat);
      Earning earning = new Earning(session.client(), session.gateway(), node);
      if (event.earnedWei().get(seat).signum() > 0 && !counted.contains(earning)) {
        counted = counted.plus(earning);
        next =
            next.plus(
                node,
                next.getOrDefault(node, Reputation.UNKNOWN)
                    .record(NodeStage.END, StageMark.SUCCESS, timeSeconds)
                    .record(NodeStage.DELIVERY, StageMark.SUCCESS, timeSeconds));
      }
    }
    return new NodeRecords(next, open, Math.max(now, day), counted);
  }

  private NodeRecords without(SessionId session) {
    return with(nodes, open.minus(session));
  }

  private NodeRecords with(PMap<Address, Reputation> nodes, PMap<SessionId, OpenSession> open) {
    return new NodeRecords(nodes, open, day, today);
  }

  /** What is known of a node; {@link Reputation#UNKNOWN} of one that nothing was counted of. */
  public Reputation of(Address node) {
    return nodes.getOrDefault(node, Reputation.UNKNOWN);
  }

  /** What a node weighs in draws. */
  public long weight(Address node, long nowSeconds) {
    return of(node).weight(nowSeconds);
  }
}

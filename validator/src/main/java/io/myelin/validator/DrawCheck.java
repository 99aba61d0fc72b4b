package io.myelin.validator;

import io.myelin.committee.opening.SetRecords;
import io.myelin.committee.proposal.PoolView;
import io.myelin.committee.wire.Reason;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.selection.Candidate;
import io.myelin.protocol.selection.NodeSelection;
import io.myelin.protocol.selection.SelectionSeed;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Whether nodes are those that a seed draws of the pool as the chain has it. */
final class DrawCheck {
  private DrawCheck() {}

  /**
   * Refuses a pool that is not the chain's.
   *
   * @param free each node with a free slot and its owner
   * @param records by which nodes are weighed, those of the session's set
   * @param seated owners who have a seat already, whose nodes cannot be drawn
   */
  static void pool(
      PoolView pool, Map<Address, Address> free, SetRecords records, Set<Address> seated)
      throws RefusedException {
    Set<Address> told = new HashSet<>();
    for (Candidate candidate : pool.candidates()) {
      Address owner = free.get(candidate.node());
      if (owner == null) {
        throw refused("candidate " + candidate.node() + " has no free slot in the pool");
      }
      if (!owner.equals(candidate.owner())) {
        throw refused(
            "candidate %s is owned by %s (expected: %s)"
                .formatted(candidate.node(), candidate.owner(), owner));
      }
      long weight = records.weight(candidate.node());
      if (candidate.weight() != weight) {
        throw refused(
            "candidate %s has weight %d (expected: %d, as of set %d)"
                .formatted(candidate.node(), candidate.weight(), weight, records.set()));
      }
      if (seated.contains(owner)) {
        throw refused(
            "candidate %s: its owner %s has a seat already".formatted(candidate.node(), owner));
      }
      told.add(candidate.node());
    }
    for (PoolView.Absent absent : pool.absent()) {
      if (!told.add(absent.node())) {
        throw refused(absent.node() + " is told twice");
      }
    }
    for (Map.Entry<Address, Address> node : free.entrySet()) {
      if (!told.contains(node.getKey()) && !seated.contains(node.getValue())) {
        throw refused(node.getKey() + " has a free slot and is neither a candidate nor absent");
      }
    }
  }

  /** Refuses nodes that are not drawn, in their order. */
  static void draw(Digest seed, String purpose, PoolView pool, List<Address> nodes)
      throws RefusedException {
    List<Address> drawn =
        NodeSelection.draw(
                new SelectionSeed(seed),
                purpose,
                pool.candidates(),
                nodes.size(),
                NodeSelection.Owners.DISTINCT)
            .stream()
            .map(Candidate::node)
            .toList();
    if (!drawn.equals(nodes)) {
      throw new RefusedException(
          Reason.REFUSED_DRAW, "nodes " + nodes + " (expected: " + drawn + ")");
    }
  }

  private static RefusedException refused(String detail) {
    return new RefusedException(Reason.REFUSED_CANDIDATES, detail);
  }
}

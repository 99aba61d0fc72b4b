package io.myelin.cli.chain;

import io.myelin.committee.opening.NodeRecordReader;
import io.myelin.committee.opening.SetRecords;
import io.myelin.committee.opening.Suspensions;
import io.myelin.contracts.NodePool;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.reputation.Reputation;
import io.myelin.protocol.reputation.ReputationWords;
import io.myelin.protocol.reputation.Suspension;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Looks at nodes as every draw does: how they stand in the pool, and how they are weighed. */
public final class NodeLook {
  private static final int SUSPENDED = 3;

  private final ChainAccess network;
  private final long firstBlock;
  private @Nullable SetRecords records;

  /** At a network; its history is read once, with the first node that is in the pool. */
  public NodeLook(ChainAccess network) {
    this.network = network;
    this.firstBlock = network.firstBlock(network.chain().head());
  }

  /**
   * A node.
   *
   * @param pool what the pool has of it; owned by nobody when it never was in it
   * @param records as of the newest validator set; empty before the first
   * @param suspension the verdict that keeps it out, if one does
   */
  public record Seen(
      Address node,
      NodePool.Node pool,
      Optional<SetRecords> records,
      Optional<Suspension> suspension) {

    /** Whether a verdict keeps it out. */
    public boolean isSuspended() {
      return pool.standing() == SUSPENDED;
    }

    /** What is known of it. */
    public Reputation reputation() {
      return records.map(read -> read.of(node)).orElse(Reputation.UNKNOWN);
    }

    /** What it weighs where it is drawn. */
    public long weight() {
      return reputation().weight(timeSeconds());
    }

    /** Its level. */
    public int level() {
      return reputation().level(timeSeconds());
    }

    /** Why it is drawn as often as it is. */
    public String why() {
      return ReputationWords.why(reputation(), timeSeconds(), suspension);
    }

    /** What was counted: {@code ping 5/10, end 100/100}, the worst first. */
    public String stages() {
      List<Reputation.StageView> stages = reputation().stages(timeSeconds());
      return stages.isEmpty()
          ? "none"
          : stages.stream()
              .map(
                  stage ->
                      "%s %d/%d"
                          .formatted(
                              stage.stage().name().toLowerCase(Locale.ROOT),
                              stage.successes(),
                              stage.attempts()))
              .collect(Collectors.joining(", "));
    }

    private long timeSeconds() {
      return records.map(SetRecords::timeSeconds).orElse(0L);
    }
  }

  /**
   * Looks at one; blocks.
   *
   * @throws io.myelin.chain.ChainException when the chain cannot be read
   */
  public Seen at(Address node) {
    NodePool.Node pool = network.contracts().nodes().nodeOf(node).on(network.chain());
    if (pool.owner().isZero()) {
      return new Seen(node, pool, Optional.empty(), Optional.empty());
    }
    Optional<Suspension> suspension =
        pool.standing() == SUSPENDED
            ? Suspensions.last(network.chain(), network.contracts(), firstBlock, node)
            : Optional.empty();
    return new Seen(node, pool, records(), suspension);
  }

  /**
   * The verdict of fraud that suspends a node; empty when none does. Blocks.
   *
   * @throws io.myelin.chain.ChainException when the chain cannot be read
   */
  public Optional<Suspension> lastFraud(Address node) {
    return Suspensions.last(network.chain(), network.contracts(), firstBlock, node)
        .filter(Suspension::fraud);
  }

  /**
   * What the verdict that suspends a node cut from its stake; empty for one that no verdict of
   * fraud suspends. Blocks.
   *
   * @throws io.myelin.chain.ChainException when the chain cannot be read
   */
  public Optional<AppealView> appeal(Seen seen) {
    return seen.suspension()
        .filter(Suspension::fraud)
        .map(by -> AppealView.read(network, seen.node(), by.evidence()));
  }

  private Optional<SetRecords> records() {
    SetRecords known = records;
    if (known == null) {
      long set = network.contracts().validators().setVersion().on(network.chain());
      if (set == 0) {
        return Optional.empty();
      }
      known = new NodeRecordReader(network.chain(), network.contracts(), firstBlock).asOf(set);
      records = known;
    }
    return Optional.of(known);
  }
}

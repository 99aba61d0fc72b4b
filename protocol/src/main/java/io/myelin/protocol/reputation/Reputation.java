package io.myelin.protocol.reputation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.pcollections.PMap;
import org.pcollections.TreePMap;

/**
 * What is known of a node.
 *
 * @param counters by stage; a stage that is not in it was never tried
 * @param points the seeds' points, over all time
 */
public record Reputation(PMap<NodeStage, StageCounter> counters, long points) {
  /** Weight of a node of which nothing bad is believed. */
  public static final long FULL_WEIGHT = 1_000;

  /** Least weight of a node in the pool: who is never drawn could never do better. */
  public static final long LEAST_WEIGHT = 10;

  /** Weight of a node of which nothing is known: drawn less often than a good one, and often. */
  public static final long NEW_WEIGHT = 250;

  /**
   * Stages at which a node in a round is not there: a machine that sleeps misses them without
   * having been asked whether it is there.
   */
  private static final Set<NodeStage> LENIENT =
      Set.of(NodeStage.CREATE, NodeStage.PREPARE, NodeStage.START);

  /** So many failures that are remembered do not weigh at such a stage: the third one does. */
  private static final long FORGIVEN = 2 * StageCounter.UNIT;

  /** Nothing known. */
  public static final Reputation UNKNOWN = new Reputation(TreePMap.empty(), 0);

  /** With one mark more. */
  public Reputation record(NodeStage stage, StageMark mark, long nowSeconds) {
    StageCounter counter = counters.get(stage);
    StageCounter before = counter == null ? StageCounter.empty(nowSeconds) : counter;
    return new Reputation(
        counters.plus(stage, before.record(mark, nowSeconds)), points + mark.points());
  }

  /**
   * How a stage counts in the weight.
   *
   * @param believedPpm the share of successes that can be believed, without failures that do not
   *     weigh
   * @param attempts how often it was tried, as the past weighs now, in whole numbers
   * @param successes how often it went well, likewise
   * @param streak successes since the last failure
   */
  public record StageView(
      NodeStage stage, int believedPpm, long attempts, long successes, long streak) {}

  /** Every stage that was tried, the worst first. */
  public List<StageView> stages(long nowSeconds) {
    List<StageView> views = new ArrayList<>();
    counters.forEach(
        (stage, counter) -> {
          StageCounter now = counter.at(nowSeconds);
          views.add(
              new StageView(
                  stage,
                  weighed(stage, now).believedPpm(),
                  rounded(now.attempts()),
                  rounded(now.successes()),
                  now.streak()));
        });
    views.sort(Comparator.comparingInt(StageView::believedPpm).thenComparing(StageView::stage));
    return List.copyOf(views);
  }

  /**
   * The stage that the weight is of: the worst of those with a failure, since a task needs all of
   * its stages; without a failure the best known. Empty when nothing is remembered.
   */
  public Optional<StageView> decisive(long nowSeconds) {
    List<StageView> known = new ArrayList<>();
    List<StageView> failed = new ArrayList<>();
    for (StageView view : stages(nowSeconds)) {
      StageCounter counter = counters.getOrDefault(view.stage(), StageCounter.empty(nowSeconds));
      StageCounter now = weighed(view.stage(), counter.at(nowSeconds));
      if (now.attempts() > 0) {
        known.add(view);
      }
      if (now.successes() < now.attempts()) {
        failed.add(view);
      }
    }
    return failed.isEmpty()
        ? known.stream().max(Comparator.comparingInt(StageView::believedPpm))
        : Optional.of(failed.getFirst());
  }

  private static StageCounter weighed(NodeStage stage, StageCounter now) {
    long failures = now.attempts() - now.successes();
    return LENIENT.contains(stage)
        ? new StageCounter(
            now.attempts() - Math.min(failures, FORGIVEN),
            now.successes(),
            now.streak(),
            now.sinceSeconds())
        : now;
  }

  private static long rounded(long units) {
    return (units + StageCounter.UNIT / 2) / StageCounter.UNIT;
  }

  /**
   * The weight in draws: what its {@link #decisive} stage lets believe; never below what a node of
   * which nothing is known has for as long as it made no mistake, and never nothing. A success,
   * also the first at a stage, never lowers it; a stage of which all is forgotten counts as one
   * that was never tried.
   */
  public long weight(long nowSeconds) {
    long least = isFlawless(nowSeconds) ? NEW_WEIGHT : LEAST_WEIGHT;
    return decisive(nowSeconds)
        .map(stage -> Math.max(least, stage.believedPpm() * FULL_WEIGHT / LowerBound.ONE_PPM))
        .orElse(NEW_WEIGHT);
  }

  /** Whether no failure that weighs is remembered. */
  public boolean isFlawless(long nowSeconds) {
    return counters.entrySet().stream()
        .map(entry -> weighed(entry.getKey(), entry.getValue().at(nowSeconds)))
        .allMatch(counter -> counter.successes() == counter.attempts());
  }

  /**
   * The level, 0 to 5: each needs so many successes in a row at the end of tasks, and so large a
   * share of successes, of what is not forgotten yet.
   */
  public int level(long nowSeconds) {
    StageCounter end = counters.get(NodeStage.END);
    if (end == null) {
      return 0;
    }
    StageCounter now = end.at(nowSeconds);
    int level = 0;
    while (level < LEVELS.size()
        && now.attempts() > 0
        && now.streak() >= LEVELS.get(level).streak()
        && now.successes() * 100 >= now.attempts() * LEVELS.get(level).percent()) {
      level++;
    }
    return level;
  }

  private record Level(long streak, long percent) {}

  private static final List<Level> LEVELS =
      List.of(
          new Level(5, 50),
          new Level(20, 80),
          new Level(50, 90),
          new Level(100, 95),
          new Level(200, 98));
}

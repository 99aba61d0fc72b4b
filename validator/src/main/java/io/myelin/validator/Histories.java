package io.myelin.validator;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.work.Calibrations;
import io.myelin.protocol.work.SignedWork;
import io.myelin.protocol.work.Sprt;
import io.myelin.protocol.work.WorkFinding;
import io.myelin.protocol.work.WorkHistory;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What this validator's own measured samples say of nodes that it cannot compare exactly. Only what
 * it drew itself counts, and only of batches that it attests, in which a gateway pays for all that
 * its nodes did: whoever could choose which answers count could have any node condemned. Bounded;
 * thread-safe.
 */
final class Histories {
  private static final int MOST = 16_384;
  private static final HexFormat HEX = HexFormat.of();

  private final Calibrations calibrations;
  private final Sprt sprt = Sprt.standard();
  private final Map<Place, WorkHistory> all = Bounded.byUse(MOST);

  /**
   * Numbers of another model, class or checker have another calibration, and a sum of their own.
   */
  private record Place(
      Address node, String weightsDigestHex, String nodeClass, String checkerClass) {}

  Histories(Calibrations calibrations) {
    this.calibrations = calibrations;
  }

  /**
   * What a measured check counts for; empty where nothing is known of such nodes and checkers, or
   * of answers that were asked for in such a way.
   */
  OptionalDouble ratio(SignedWork work, WorkFinding.Measured measured) {
    if (!Calibrations.isOrdinary(work.spec())) {
      return OptionalDouble.empty();
    }
    return calibrations.logLikelihoodRatio(
        weights(work), work.evidence().getEquivalenceClass(), measured);
  }

  /**
   * Counts a sample that this validator drew, of a batch that it attests.
   *
   * @return the node's history, once it is just now condemned; else nothing was condemned by it
   */
  synchronized WorkHistory count(SignedWork work, WorkFinding.Measured measured) {
    OptionalDouble ratio = ratio(work, measured);
    if (ratio.isEmpty()) {
      return WorkHistory.NONE;
    }
    Place place = place(work, measured.checkerClass());
    WorkHistory before = all.getOrDefault(place, WorkHistory.NONE);
    WorkHistory after =
        before.with(
            new WorkHistory.Sample(work.digest(), work.commit().taskId(), ratio.getAsDouble()),
            sprt);
    all.put(place, after);
    return after.isCondemned() && !before.isCondemned() ? after : WorkHistory.NONE;
  }

  /** What is counted of the node of this work, for such numbers. */
  synchronized WorkHistory of(SignedWork work, String checkerClass) {
    return all.getOrDefault(place(work, checkerClass), WorkHistory.NONE);
  }

  /** What condemns a node. */
  synchronized List<WorkHistory> condemned() {
    return all.values().stream().filter(WorkHistory::isCondemned).toList();
  }

  /** What it condemns by cannot be shown: it begins again. */
  synchronized void forget(WorkHistory history) {
    all.values().removeIf(history::equals);
  }

  /** The node was judged: what comes after that counts from the beginning. */
  synchronized void forget(Address node) {
    all.keySet().removeIf(place -> place.node().equals(node));
  }

  /** The test that all of them are read by. */
  Sprt sprt() {
    return sprt;
  }

  private static Place place(SignedWork work, String checkerClass) {
    return new Place(
        work.node(), weights(work), work.evidence().getEquivalenceClass(), checkerClass);
  }

  private static String weights(SignedWork work) {
    return HEX.formatHex(work.evidence().getWeightsDigest().toByteArray());
  }
}

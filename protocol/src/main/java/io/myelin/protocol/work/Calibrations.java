package io.myelin.protocol.work;

import io.myelin.v1.GenerationSpec;
import io.myelin.v1.OutputConstraint;
import io.myelin.v1.SamplingParams;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** Calibrations that a validator has, by what they hold for. */
public final class Calibrations {
  /** None: measured checks decide nothing. */
  public static final Calibrations NONE = new Calibrations(List.of());

  private record Place(String weightsDigestHex, String nodeClass, String checkerClass) {}

  private final Map<Place, Calibration> all = new HashMap<>();

  /** Of several for one place the first counts: files name the nearest cheat first. */
  public Calibrations(List<Calibration> calibrations) {
    for (Calibration one : calibrations) {
      Calibration.Key key = one.key();
      all.putIfAbsent(new Place(key.weightsDigest(), key.nodeClass(), key.checkerClass()), one);
    }
  }

  /**
   * Whether an answer was asked for as those were that calibrations are made of. Biases, penalties,
   * constraints and higher temperatures choose tokens at which honest nodes differ more.
   */
  public static boolean isOrdinary(GenerationSpec spec) {
    SamplingParams sampling = spec.getSampling();
    return sampling.getTemperature() <= 1
        && sampling.getPresencePenalty() == 0
        && sampling.getFrequencyPenalty() == 0
        && (sampling.getRepeatPenalty() == 0 || sampling.getRepeatPenalty() == 1)
        && sampling.getLogitBiasCount() == 0
        && spec.getConstraint().getKind() == OutputConstraint.Kind.KIND_FREE_TEXT;
  }

  /**
   * Natural logarithm of how much likelier a score is from a cheat than from an honest node; empty
   * where nothing was measured for such nodes and checkers.
   *
   * @param weightsDigestHex of the weights that the node signed for
   * @param nodeClass equivalence class that it signed
   */
  public OptionalDouble logLikelihoodRatio(
      String weightsDigestHex, String nodeClass, WorkFinding.Measured measured) {
    Calibration found = all.get(new Place(weightsDigestHex, nodeClass, measured.checkerClass()));
    return found == null
        ? OptionalDouble.empty()
        : OptionalDouble.of(found.logLikelihoodRatio(measured.score()));
  }
}

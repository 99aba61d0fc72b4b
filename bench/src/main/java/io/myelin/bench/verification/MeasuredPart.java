package io.myelin.bench.verification;

import io.myelin.engine.calibrate.Measuring;
import io.myelin.engine.calibrate.ScoredAnswer;
import io.myelin.protocol.work.Calibration;
import io.myelin.protocol.work.Sprt;
import io.myelin.protocol.work.WorkScore;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * What measured scores say of each cheat. Of honest answers every tenth fits and the others are
 * judged, since what is rare among them is the question; of a cheat's every second.
 */
final class MeasuredPart {
  /** A single check would reject above this many times the largest honest distance that fitted. */
  static final double MARGIN = 2;

  private static final double CONFIDENCE = 0.95;

  /**
   * One line of the table.
   *
   * @param cheat weights that ran instead
   * @param tokens of each answer
   * @param honest answers judged
   * @param cheating answers judged
   * @param auc area under the ROC curve of the mean distance, all answers
   * @param threshold mean distance (Q10) above which a single check would reject: {@link #MARGIN}
   *     times the largest honest one that fitted
   * @param rejected judged honest answers above it
   * @param caught judged cheating answers above it
   * @param catches checks until the sequential test condemns the cheat
   * @param condemned share of honest histories of 1,000 checks that it condemns
   * @param verdictError share of its runs that condemn an honest node, computed from the judged
   * @param verdictBound the most that can be, at 95 %
   */
  record Row(
      String cheat,
      int tokens,
      int honest,
      int cheating,
      double auc,
      double threshold,
      int rejected,
      int caught,
      Statistics.Catch catches,
      double condemned,
      double verdictError,
      double verdictBound) {

    double rejectedBound() {
      return Statistics.exactUpperBound(rejected, honest, 1 - CONFIDENCE);
    }
  }

  private final Measuring.Result result;
  private final Measuring.Plan plan;

  MeasuredPart(Measuring.Plan plan, Measuring.Result result) {
    this.plan = plan;
    this.result = result;
  }

  List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    for (String cheat : plan.cheats()) {
      for (int tokens : plan.lengths()) {
        rows.add(row(cheat, tokens));
      }
    }
    return rows;
  }

  private Row row(String cheat, int tokens) {
    List<WorkScore> honest = result.scores(Measuring.HONEST, tokens);
    List<WorkScore> cheating = result.scores(cheat, tokens);
    List<WorkScore> fitHonest = part(honest, 10, true);
    List<WorkScore> judgedHonest = part(honest, 10, false);
    List<WorkScore> judgedCheating = part(cheating, 2, false);
    Calibration fitted =
        Calibration.fit(key(), cheat, List.of(tokens), fitHonest, part(cheating, 2, true));
    double threshold = MARGIN * fitHonest.stream().mapToDouble(WorkScore::meanQ10).max().orElse(0);
    Sprt sprt = Sprt.standard();
    return new Row(
        cheat,
        tokens,
        judgedHonest.size(),
        judgedCheating.size(),
        Statistics.auc(means(honest), means(cheating)),
        threshold,
        above(judgedHonest, threshold),
        above(judgedCheating, threshold),
        Statistics.tasksToCatch(ratios(fitted, judgedCheating), sprt),
        Statistics.tasksToCatch(ratios(fitted, judgedHonest), sprt).condemned(),
        VerdictError.observed(fitted.bands().getFirst(), judgedHonest, sprt),
        VerdictError.bound(fitted.bands().getFirst(), judgedHonest, sprt, CONFIDENCE));
  }

  /** Fitted to all answers: what a validator would use. */
  List<Calibration> calibrations() {
    return plan.cheats().stream()
        .map(
            cheat ->
                Calibration.fit(key(), cheat, plan.lengths(), all(Measuring.HONEST), all(cheat)))
        .toList();
  }

  private List<WorkScore> all(String kind) {
    return plan.lengths().stream().flatMap(tokens -> result.scores(kind, tokens).stream()).toList();
  }

  Calibration.Key key() {
    return new Calibration.Key(
        "smollm2-135m-instruct",
        plan.weights(),
        result.weightsDigest(),
        result.nodeClass(),
        result.checkerClass());
  }

  /** Honest mean distances by what made them: temperature, threads, batch. */
  double honestMean(int tokens, Function<ScoredAnswer, String> what, String value) {
    return result.answers().stream()
        .filter(answer -> answer.kind().equals(Measuring.HONEST))
        .filter(answer -> what.apply(answer).equals(value))
        .flatMap(answer -> answer.scores().stream())
        .filter(score -> score.tokens() == tokens)
        .mapToDouble(WorkScore::meanQ10)
        .average()
        .orElse(Double.NaN);
  }

  double[] means(String kind, int tokens) {
    return means(result.scores(kind, tokens));
  }

  private static double[] means(List<WorkScore> scores) {
    return scores.stream().mapToDouble(WorkScore::meanQ10).toArray();
  }

  private static int above(List<WorkScore> scores, double threshold) {
    return (int) scores.stream().filter(score -> score.meanQ10() > threshold).count();
  }

  private static List<Double> ratios(Calibration fitted, List<WorkScore> scores) {
    return scores.stream().map(fitted::logLikelihoodRatio).toList();
  }

  // One of so many each, so that both parts have all temperatures and batches.
  private static List<WorkScore> part(List<WorkScore> scores, int of, boolean fits) {
    List<WorkScore> part = new ArrayList<>();
    for (int i = 0; i < scores.size(); i++) {
      if ((i % of == 0) == fits) {
        part.add(scores.get(i));
      }
    }
    return part;
  }
}

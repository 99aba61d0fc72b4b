package io.myelin.engine.calibrate;

import io.myelin.protocol.work.WorkScore;
import java.util.List;
import java.util.Locale;

/**
 * How far one answer is from a checker's model, over its beginnings of several lengths.
 *
 * @param kind {@link Measuring#HONEST}, or the weights that a cheat ran
 * @param temperature it was drawn at
 * @param batch answers made at once
 * @param threads native threads that made it
 * @param scores one for each length
 */
public record ScoredAnswer(
    String kind, double temperature, int batch, int threads, List<WorkScore> scores) {
  /** First line of a file of {@link #csv}. */
  public static final String HEADER =
      "kind,temperature,batch,threads,tokens,mean_q10,worst_q10,outside";

  /** Copies. */
  public ScoredAnswer {
    scores = List.copyOf(scores);
  }

  /** One line for each length. */
  public List<String> csv() {
    return scores.stream()
        .map(
            score ->
                String.format(
                    Locale.ROOT,
                    "%s,%s,%d,%d,%d,%.3f,%d,%d",
                    kind,
                    temperature,
                    batch,
                    threads,
                    score.tokens(),
                    score.meanQ10(),
                    score.worstQ10(),
                    score.outside()))
        .toList();
  }
}

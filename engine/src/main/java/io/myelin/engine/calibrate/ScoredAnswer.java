package io.myelin.engine.calibrate;

import io.myelin.protocol.work.WorkScore;
import java.util.ArrayList;
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

  /**
   * Reads what {@link #csv} wrote, {@link #HEADER} first. A line with no more tokens than the one
   * before it begins another answer.
   *
   * @throws IllegalArgumentException naming the line that is not one
   */
  public static List<ScoredAnswer> parse(List<String> lines) {
    if (lines.isEmpty() || !lines.getFirst().equals(HEADER)) {
      throw new IllegalArgumentException("scores: line 1 (expected: " + HEADER + ")");
    }
    List<ScoredAnswer> answers = new ArrayList<>();
    for (int i = 1; i < lines.size(); i++) {
      ScoredAnswer one = line(i + 1, lines.get(i));
      ScoredAnswer last = answers.isEmpty() ? null : answers.getLast();
      if (last != null && last.goesOnWith(one)) {
        List<WorkScore> both = new ArrayList<>(last.scores());
        both.addAll(one.scores());
        answers.set(
            answers.size() - 1,
            new ScoredAnswer(last.kind, last.temperature, last.batch, last.threads, both));
      } else {
        answers.add(one);
      }
    }
    return List.copyOf(answers);
  }

  private boolean goesOnWith(ScoredAnswer next) {
    return kind.equals(next.kind)
        && temperature == next.temperature
        && batch == next.batch
        && threads == next.threads
        && scores.getLast().tokens() < next.scores.getFirst().tokens();
  }

  private static ScoredAnswer line(int number, String line) {
    String[] part = line.split(",", -1);
    try {
      return new ScoredAnswer(
          part[0],
          Double.parseDouble(part[1]),
          Integer.parseInt(part[2]),
          Integer.parseInt(part[3]),
          List.of(
              new WorkScore(
                  Integer.parseInt(part[4]),
                  Double.parseDouble(part[5]),
                  Integer.parseInt(part[6]),
                  Integer.parseInt(part[7]))));
    } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
      throw new IllegalArgumentException(
          "scores: line %d: \"%s\" (expected: %s)".formatted(number, line, HEADER), e);
    }
  }
}

package io.myelin.bench.verification;

import io.myelin.engine.InferenceEngine;
import io.myelin.engine.calibrate.Measuring.Progress;
import io.myelin.engine.calibrate.Workbench;
import io.myelin.engine.judge.AnswerJudge;
import io.myelin.engine.judge.LikelihoodJudge;
import io.myelin.engine.judge.RubricJudge;
import io.myelin.engine.worker.WorkerEngine;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.usefulness.Criterion;
import io.myelin.protocol.usefulness.Marks;
import io.myelin.protocol.usefulness.PlantedAnswer;
import io.myelin.protocol.usefulness.PlantedAnswer.Flaw;
import io.myelin.protocol.usefulness.PlantedAnswers;
import io.myelin.protocol.usefulness.Reliability;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** How well each way to mark answers tells planted good ones from planted bad ones. */
final class JudgePart {
  /** The ways there are. */
  enum Way {
    LIKELIHOOD,
    RUBRIC;

    private AnswerJudge over(InferenceEngine engine, String model) {
      CompletableFuture<InferenceEngine> opened = CompletableFuture.completedFuture(engine);
      return switch (this) {
        case LIKELIHOOD -> new LikelihoodJudge(opened, model);
        case RUBRIC -> new RubricJudge(opened, model);
      };
    }
  }

  /**
   * One way and criterion.
   *
   * @param flaw the bad answers it was compared with; empty for all that the criterion minds
   * @param reliability the share of pairs in order
   */
  record Row(Way way, Criterion criterion, Optional<Flaw> flaw, Reliability reliability) {}

  private static final long SEED = 1;

  private final Workbench bench;
  private final Progress progress;
  private final int ofEach;

  JudgePart(Workbench bench, Progress progress, int ofEach) {
    this.bench = bench;
    this.progress = progress;
    this.ofEach = ofEach;
  }

  List<Row> run() {
    List<PlantedAnswer> planted =
        PlantedAnswers.draw(Sha256.hash(new byte[] {(byte) SEED}), ofEach);
    List<Row> rows = new ArrayList<>();
    try (WorkerEngine engine =
        bench.open(bench.weights(Workbench.ORIGINAL), Optional.empty(), 2, 1)) {
      for (Way way : Way.values()) {
        List<Marks> marks = marks(way, engine, planted);
        for (Criterion criterion : Criterion.values()) {
          for (Flaw flaw : Flaw.values()) {
            if (criterion.minds(flaw)) {
              rows.add(
                  new Row(
                      way,
                      criterion,
                      Optional.of(flaw),
                      Reliability.of(
                          of(Flaw.NONE, criterion, planted, marks),
                          of(flaw, criterion, planted, marks))));
            }
          }
          rows.add(
              new Row(way, criterion, Optional.empty(), Reliability.of(criterion, planted, marks)));
        }
      }
    }
    return rows;
  }

  private List<Marks> marks(Way way, InferenceEngine engine, List<PlantedAnswer> planted) {
    AnswerJudge judge = way.over(engine, bench.modelId());
    List<Marks> marks = new ArrayList<>();
    for (PlantedAnswer one : planted) {
      progress.at("marks by " + way, marks.size(), planted.size());
      marks.add(judge.mark(one.question(), one.answer()).join());
    }
    return marks;
  }

  private static List<Integer> of(
      Flaw flaw, Criterion criterion, List<PlantedAnswer> planted, List<Marks> marks) {
    List<Integer> of = new ArrayList<>();
    for (int i = 0; i < planted.size(); i++) {
      if (planted.get(i).flaw() == flaw) {
        of.add(marks.get(i).of(criterion));
      }
    }
    return of;
  }
}

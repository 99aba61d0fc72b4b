package io.myelin.engine.calibrate;

import io.myelin.engine.EngineModel;
import io.myelin.engine.Score;
import io.myelin.engine.worker.WorkerEngine;
import io.myelin.protocol.work.EvidenceShape;
import io.myelin.protocol.work.WorkComparison;
import io.myelin.protocol.work.WorkScore;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.TokenLogprob;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Makes honest and other answers on one CPU variant and scores them on another. */
public final class Measuring {
  /** The kind of answers whose node ran what it claims. */
  public static final String HONEST = "honest";

  private static final int SLOTS = 8;

  /** Answers with two native threads: these stand still beside other work, and compute the same. */
  private static final int MOST_WITH_TWO = 8;

  private static final List<Integer> BATCHES = List.of(8, 4, 2, 1);

  /** Told how far it is. */
  @FunctionalInterface
  public interface Progress {
    /** So many of so many answers are scored. */
    void at(String what, int done, int of);
  }

  /**
   * What to measure.
   *
   * @param weights what nodes claim to run
   * @param cheats what they run instead
   * @param nodeVariant CPU variant of the nodes
   * @param checkerVariant CPU variant of the checker
   * @param honestAnswers of each temperature
   * @param cheatAnswers of each temperature and cheat
   * @param temperatures to draw at
   * @param lengths beginnings to score, rising; the last is what answers have
   */
  public record Plan(
      String weights,
      List<String> cheats,
      Optional<String> nodeVariant,
      Optional<String> checkerVariant,
      int honestAnswers,
      int cheatAnswers,
      List<Double> temperatures,
      List<Integer> lengths) {

    /** Copies. */
    public Plan {
      cheats = List.copyOf(cheats);
      temperatures = List.copyOf(temperatures);
      lengths = List.copyOf(lengths);
    }

    int answers() {
      return temperatures.size() * (honestAnswers + cheats.size() * cheatAnswers);
    }
  }

  /**
   * What was measured.
   *
   * @param weightsDigest SHA-256 of the claimed weights' file, in hexadecimal
   * @param nodeClass equivalence class of the nodes
   * @param checkerClass of the checker
   * @param answers all of them
   */
  public record Result(
      String weightsDigest, String nodeClass, String checkerClass, List<ScoredAnswer> answers) {

    /** Scores of one kind over a length. */
    public List<WorkScore> scores(String kind, int tokens) {
      return answers.stream()
          .filter(answer -> answer.kind().equals(kind))
          .flatMap(answer -> answer.scores().stream())
          .filter(score -> score.tokens() == tokens)
          .toList();
    }
  }

  private final Workbench bench;
  private final Plan plan;
  private final Progress progress;
  private final Consumer<ScoredAnswer> each;
  private final List<ScoredAnswer> scored = new ArrayList<>();

  private Measuring(Workbench bench, Plan plan, Progress progress, Consumer<ScoredAnswer> each) {
    this.bench = bench;
    this.plan = plan;
    this.progress = progress;
    this.each = each;
  }

  /** Measures all of a plan; minutes to hours. */
  public static Result run(Workbench bench, Plan plan, Progress progress) {
    return run(bench, plan, progress, _ -> {});
  }

  /**
   * The same, for who wants to keep what was measured so far.
   *
   * @param each is given each answer as soon as it is scored
   */
  public static Result run(
      Workbench bench, Plan plan, Progress progress, Consumer<ScoredAnswer> each) {
    return new Measuring(bench, plan, progress, each).run();
  }

  private Result run() {
    try (WorkerEngine checker =
        bench.open(bench.weights(plan.weights()), plan.checkerVariant(), 1, 1)) {
      // Few with two threads: these stand still beside other work, and compute the same.
      int two = Math.min(MOST_WITH_TWO, plan.honestAnswers() / 8);
      String nodeClass =
          measure(checker, HONEST, plan.weights(), 1, plan.honestAnswers() - two, 10_000);
      if (two > 0) {
        measure(checker, HONEST, plan.weights(), 2, two, 20_000);
      }
      for (String cheat : plan.cheats()) {
        measure(checker, cheat, cheat, 1, plan.cheatAnswers(), 30_000);
      }
      EngineModel checking = checker.models().getFirst();
      return new Result(
          checking.weightsDigestHex(), nodeClass, checking.equivalenceClass(), List.copyOf(scored));
    }
  }

  private String measure(
      WorkerEngine checker, String kind, String weights, int threads, int count, int first) {
    try (WorkerEngine node =
        bench.open(bench.weights(weights), plan.nodeVariant(), SLOTS, threads)) {
      for (double temperature : plan.temperatures()) {
        int next = first + (int) (temperature * 1000);
        int left = count;
        for (int group = 0; left > 0; group++) {
          int batch = Math.min(left, BATCHES.get(group % BATCHES.size()));
          List<GenerationSpec> specs =
              Requests.of(bench.modelId(), next, batch, temperature, plan.lengths().getLast());
          for (MadeAnswer answer : MadeAnswer.together(node, specs)) {
            ScoredAnswer one =
                new ScoredAnswer(kind, temperature, batch, threads, scores(checker, answer));
            scored.add(one);
            each.accept(one);
            progress.at(kind, scored.size(), plan.answers());
          }
          next += batch;
          left -= batch;
        }
      }
      return node.models().getFirst().equivalenceClass();
    }
  }

  private List<WorkScore> scores(WorkerEngine checker, MadeAnswer answer) {
    List<TokenLogprob> signed = answer.evidence().getTokensList();
    List<Integer> tokens = signed.stream().map(TokenLogprob::getToken).toList();
    Score own =
        checker.score(answer.spec(), tokens, EvidenceShape.alternatives(answer.spec())).join();
    return plan.lengths().stream()
        .filter(length -> length <= signed.size())
        .map(
            length ->
                WorkComparison.distance(
                    signed.subList(0, length), own.tokens().subList(0, length), false))
        .toList();
  }
}

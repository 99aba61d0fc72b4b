package io.myelin.bench.verification;

import io.myelin.cli.MyelinCommand;
import io.myelin.cli.calibrate.CountProgress;
import io.myelin.cli.calibrate.ScratchBench;
import io.myelin.engine.calibrate.Measuring;
import io.myelin.engine.calibrate.ScoredAnswer;
import io.myelin.engine.calibrate.Workbench;
import io.myelin.engine.catalogue.ModelCatalogue;
import io.myelin.protocol.work.Calibration;
import io.myelin.protocol.work.WorkScore;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How well checks tell honest nodes from cheats, and what they cost. */
@Command(
    name = "verification",
    mixinStandardHelpOptions = true,
    description = "How well checks of a node's work tell honest from cheating, and their cost.",
    footer = {
      "",
      "Examples:",
      "  ./myelin bench verification --quick",
      "  ./myelin bench verification --exact-tokens 20000 --answers 24 --out docs/verification",
      "  ./myelin bench verification --from docs/verification      tables of what was measured",
      "",
      "First the exact check: node and checker of one equivalence class, no threshold.",
      "Then the measured one: node and checker of different CPU variants, whose distances a",
      "sequential test has to tell from those of other weights. Tables go to standard output,",
      "CSV and SVG files into the folder. See docs/verification.md."
    })
public final class VerificationBench extends MyelinCommand {
  private static final String SCORES = "scores.csv";
  private static final List<Double> TEMPERATURES = List.of(0.0, 0.7, 1.0);

  @Option(
      names = "--quick",
      description = "Fewer and shorter answers, under 90 s: shows the form, proves little.")
  private boolean quick;

  @Option(
      names = "--exact-tokens",
      paramLabel = "N",
      defaultValue = "20000",
      description = "Honest tokens to compare exactly; 0 leaves that out (${DEFAULT-VALUE}).")
  private int exactTokens;

  @Option(
      names = "--weights",
      paramLabel = "TYPE",
      defaultValue = Workbench.ORIGINAL,
      description = {
        "What nodes claim, and run in the exact part (${DEFAULT-VALUE}); in the measured part the",
        "original stands for Q8_0."
      })
  @SuppressWarnings("NullAway.Init") // has a default
  private String weights;

  @Option(
      names = "--exact-minutes",
      paramLabel = "N",
      defaultValue = "60",
      description = "Stop comparing honest tokens after so long (${DEFAULT-VALUE}).")
  private int exactMinutes;

  @Option(
      names = "--answers",
      paramLabel = "N",
      defaultValue = "24",
      description =
          "Honest answers of each temperature to measure, half as many of each cheat; 0 leaves"
              + " that out (${DEFAULT-VALUE}).")
  private int answers;

  @Option(
      names = "--cheat-answers",
      paramLabel = "N",
      description = "Answers of each temperature and cheat to measure (half of --answers).")
  private @Nullable Integer cheatAnswers;

  @Option(
      names = "--lengths",
      split = ",",
      paramLabel = "TOKENS",
      defaultValue = "8,32,128",
      description = "Beginnings to measure; the longest is what answers have (${DEFAULT-VALUE}).")
  @SuppressWarnings("NullAway.Init") // has a default
  private List<Integer> lengths;

  @Option(
      names = "--from",
      paramLabel = "PATH",
      description = {
        "Measure nothing: tables and plots of the scores that a run left in a folder, or of a .csv",
        "with its .json beside it, as ./myelin calibrate keeps them."
      })
  private @Nullable Path from;

  @Option(
      names = "--cheats",
      split = ",",
      paramLabel = "WEIGHTS",
      defaultValue = "Q5_0,Q4_K_M,Q4_0,Q2_K,pruned",
      description = "What cheats run instead of Q8_0 (${DEFAULT-VALUE}).")
  @SuppressWarnings("NullAway.Init") // has a default
  private List<String> cheats;

  @Option(
      names = "--faults",
      paramLabel = "N",
      defaultValue = "4",
      description =
          "Answers of each temperature by nodes that cheat in each way of --fault; 0 leaves that"
              + " out (${DEFAULT-VALUE}).")
  private int faults;

  @Option(
      names = "--judges",
      paramLabel = "N",
      defaultValue = "12",
      description =
          "Planted answers of each kind that those who give marks are marked by, at most 12; 0"
              + " leaves that out (${DEFAULT-VALUE}).")
  private int judges;

  @Option(
      names = "--node-variant",
      paramLabel = "CPU",
      description =
          "CPU variant of the nodes in the measured part (the best that this processor can run).")
  private @Nullable String nodeVariant;

  @Option(
      names = "--checker-variant",
      paramLabel = "CPU",
      defaultValue = "sandybridge",
      description = "CPU variant of the checker in the measured part (${DEFAULT-VALUE}).")
  @SuppressWarnings("NullAway.Init") // has a default
  private String checkerVariant;

  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      defaultValue = "build/verification",
      description = "Where CSV and SVG files go (${DEFAULT-VALUE}).")
  @SuppressWarnings("NullAway.Init") // has a default
  private Path folder;

  @Override
  public Integer call() throws Exception {
    for (int count : new int[] {exactTokens, exactMinutes, answers, faults, judges}) {
      if (count < 0) {
        throw wrong("a number of answers, tokens or minutes: " + count + " (expected: 0 or more)");
      }
    }
    if (lengths.stream().anyMatch(length -> length < 1 || length > 4_096)) {
      throw wrong("--lengths: " + lengths + " (expected: each 1 to 4096)");
    }
    Files.createDirectories(folder);
    if (from != null) {
      again(from);
      return 0;
    }
    try (ScratchBench scratch =
            ScratchBench.open(ModelCatalogue.ofThisUser(), ModelCatalogue.DEFAULT_MODEL);
        CountProgress progress = CountProgress.onStandardError()) {
      if (exactTokens > 0) {
        exact(scratch.bench(), progress);
      }
      if (faults > 0) {
        faults(scratch.bench(), progress);
      }
      if (judges > 0) {
        judges(scratch.bench(), progress);
      }
      if (answers > 0) {
        measured(scratch.bench(), progress);
      }
    }
    out().printf("%nFiles: %s%n", folder);
    out().flush();
    return 0;
  }

  private void exact(Workbench bench, CountProgress progress) throws Exception {
    ExactPart part = new ExactPart(bench, progress::at);
    ExactPart.Honest honest =
        part.honest(
            weights,
            quick ? 200 : exactTokens,
            quick ? 16 : 96,
            System.nanoTime() + TimeUnit.MINUTES.toNanos(exactMinutes));
    List<String> csv = new ArrayList<>();
    csv.add("what,answers,tokens,failed,node_cpu_s,checker_cpu_s");
    csv.add(
        String.format(
            Locale.ROOT,
            "honest,%d,%d,%d,%.2f,%.2f",
            honest.answers(),
            honest.tokens(),
            honest.mismatches(),
            honest.makingSeconds(),
            honest.checkingSeconds()));
    out().printf("Exact check, node and checker of one class%n");
    out()
        .printf(
            Locale.ROOT,
            "  honest: %d answers, %,d tokens, %d mismatches%s%n",
            honest.answers(),
            honest.tokens(),
            honest.mismatches(),
            honest.first().isEmpty() ? "" : " (" + honest.first() + ")");
    out()
        .printf(
            Locale.ROOT,
            "  processor time: making %.1f s, checking %.1f s, ratio %.2f%n",
            honest.makingSeconds(),
            honest.checkingSeconds(),
            honest.checkingSeconds() / honest.makingSeconds());
    for (int i = 0; i < TEMPERATURES.size(); i++) {
      out()
          .printf(
              Locale.ROOT,
              "  evidence at T = %s: %.0f bytes a token%n",
              TEMPERATURES.get(i),
              honest.evidenceBytes().get(i) / (double) Math.max(1, honest.evidenceTokens().get(i)));
    }
    List<String> others =
        quick ? List.of("Q4_0") : List.of("Q8_0", "Q5_0", "Q4_K_M", "Q4_0", "Q2_K", "pruned");
    others = others.stream().filter(other -> !other.equals(weights)).toList();
    for (ExactPart.Substituted one : part.substituted(weights, others, quick ? 3 : 6, 16)) {
      out()
          .printf(
              "  %s instead: %d of %d answers of 16 tokens caught, first wrong number at token %d at the latest%n",
              one.weights(), one.caught(), one.answers(), one.latest());
      csv.add(
          "%s,%d,%d,%d,,"
              .formatted(
                  one.weights(), one.answers(), one.answers() * 16, one.answers() - one.caught()));
    }
    out().flush();
    Files.write(folder.resolve("exact.csv"), csv);
  }

  private void faults(Workbench bench, CountProgress progress) throws Exception {
    List<FaultPart.Row> rows =
        new FaultPart(bench, progress::at, quick ? 1 : faults, quick ? 16 : 32)
            .run(FaultPart.CHEATS);
    List<String> csv =
        new ArrayList<>(
            List.of(
                "fault,answers,lies,caught,innocent,found,tasks_p50,tasks_p95,"
                    + "cost_false_answers_p50,cost_false_answers_p95,lost"));
    out().printf("%nNodes that cheat, checked exactly%n");
    out()
        .printf(
            "  %-12s %8s %6s %7s %12s %12s %12s %12s  %s%n",
            "fault",
            "answers",
            "false",
            "caught",
            "tasks, p50",
            "tasks, p95",
            "cost, p50",
            "cost, p95",
            "found");
    for (FaultPart.Row row : rows) {
      String found =
          row.kinds().entrySet().stream()
              .map(kind -> kind.getKey() + " " + kind.getValue())
              .collect(Collectors.joining(" "));
      out()
          .printf(
              "  %-12s %8d %6d %7d %12s %12s %12s %12s  %s%n",
              row.fault(),
              row.answers(),
              row.lies(),
              row.caught(),
              checks(row.tasks(0.5)),
              checks(row.tasks(0.95)),
              checks(row.falseAnswers(0.5)),
              checks(row.falseAnswers(0.95)),
              found);
      csv.add(
          "%s,%d,%d,%d,%d,%s,%d,%d,%d,%d,%s"
              .formatted(
                  row.fault(),
                  row.answers(),
                  row.lies(),
                  row.caught(),
                  row.innocent(),
                  found,
                  row.tasks(0.5),
                  row.tasks(0.95),
                  row.falseAnswers(0.5),
                  row.falseAnswers(0.95),
                  row.lost()));
    }
    out().flush();
    Files.write(folder.resolve("faults.csv"), csv);
  }

  private void judges(Workbench bench, CountProgress progress) throws Exception {
    List<String> csv = new ArrayList<>(List.of("way,criterion,flaw,pairs,in_order_thousandths"));
    out().printf("%nMarks of planted answers: pairs of a good and a bad one in the right order%n");
    out().printf("  %-12s %-12s %-12s %6s %9s%n", "by", "for", "bad is", "pairs", "in order");
    for (JudgePart.Row row : new JudgePart(bench, progress::at, quick ? 3 : judges).run()) {
      String flaw = row.flaw().map(Enum::name).orElse("any");
      out()
          .printf(
              Locale.ROOT,
              "  %-12s %-12s %-12s %6d %9.3f%n",
              row.way(),
              row.criterion(),
              flaw,
              row.reliability().pairs(),
              row.reliability().thousandths() / 1_000.0);
      csv.add(
          "%s,%s,%s,%d,%d"
              .formatted(
                  row.way(),
                  row.criterion(),
                  flaw,
                  row.reliability().pairs(),
                  row.reliability().thousandths()));
    }
    out().flush();
    Files.write(folder.resolve("judges.csv"), csv);
  }

  static String checks(long count) {
    return count < 0 ? "never" : Long.toString(count);
  }

  private Measuring.Plan plan() {
    int others = cheatAnswers == null ? Math.max(1, answers / 2) : cheatAnswers;
    return new Measuring.Plan(
        weights.equals(Workbench.ORIGINAL) ? "Q8_0" : weights,
        quick ? List.of("Q4_0") : cheats,
        Optional.ofNullable(nodeVariant),
        Optional.of(checkerVariant),
        quick ? 4 : answers,
        quick ? 2 : others,
        TEMPERATURES,
        quick ? List.of(8, 16) : lengths.stream().sorted().toList());
  }

  private void measured(Workbench bench, CountProgress progress) throws Exception {
    Measuring.Plan plan = plan();
    Measuring.Result result;
    // As they come: a measurement of hours that is cut short is still of use.
    try (PrintWriter scores =
        new PrintWriter(Files.newBufferedWriter(folder.resolve(SCORES)), true)) {
      scores.println(ScoredAnswer.HEADER);
      result =
          Measuring.run(bench, plan, progress::at, answer -> answer.csv().forEach(scores::println));
    }
    new MeasuredReport(new MeasuredPart(plan, result), plan, folder, out()).write();
  }

  /** The tables and plots of scores that were kept, by the same code. */
  private void again(Path kept) throws Exception {
    boolean folderOfARun = Files.isDirectory(kept);
    Path scores = folderOfARun ? kept.resolve(SCORES) : kept;
    Path calibration =
        folderOfARun
            ? kept.resolve(MeasuredReport.CALIBRATION)
            : kept.resolveSibling(
                String.valueOf(kept.getFileName()).replaceFirst("\\.csv$", ".json"));
    if (!Files.isRegularFile(scores) || !Files.isRegularFile(calibration)) {
      throw wrong(
          "--from: %s and %s (expected: both, the folder of a run or a .csv with its .json)"
              .formatted(scores, calibration));
    }
    List<ScoredAnswer> answers = ScoredAnswer.parse(Files.readAllLines(scores));
    Calibration.Key key = Calibration.parse(Files.readString(calibration)).getFirst().key();
    List<String> kinds =
        answers.stream()
            .map(ScoredAnswer::kind)
            .filter(kind -> !kind.equals(Measuring.HONEST))
            .distinct()
            .toList();
    List<Integer> measured =
        answers.stream()
            .flatMap(answer -> answer.scores().stream())
            .map(WorkScore::tokens)
            .distinct()
            .sorted()
            .toList();
    Measuring.Plan plan =
        new Measuring.Plan(
            key.weights(), kinds, Optional.empty(), Optional.empty(), 0, 0, TEMPERATURES, measured);
    Measuring.Result result =
        new Measuring.Result(key.weightsDigest(), key.nodeClass(), key.checkerClass(), answers);
    new MeasuredReport(new MeasuredPart(plan, result), plan, folder, out()).write();
  }
}

package io.myelin.bench.verification;

import io.myelin.engine.EngineModel;
import io.myelin.engine.calibrate.MadeAnswer;
import io.myelin.engine.calibrate.Measuring.Progress;
import io.myelin.engine.calibrate.Requests;
import io.myelin.engine.calibrate.Workbench;
import io.myelin.engine.check.PrefillChecker;
import io.myelin.engine.worker.WorkerEngine;
import io.myelin.protocol.work.WorkFinding;
import io.myelin.v1.GenerationSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The check without a threshold: node and checker of one class. */
final class ExactPart {
  private static final List<Double> TEMPERATURES = List.of(0.0, 0.7, 1.0);
  private static final int SLOTS = 8;
  // Two native threads stand still beside other work; what they compute is the same.
  private static final int ONE_THREAD_OF_16 = 15;

  /**
   * Honest answers.
   *
   * @param answers that were checked
   * @param tokens in them
   * @param mismatches findings other than "all the same"
   * @param first the first of those, empty without
   * @param makingSeconds processor time of the node
   * @param checkingSeconds processor time of the checker
   * @param evidenceBytes of all answers, as they are signed, by temperature
   */
  record Honest(
      int answers,
      int tokens,
      int mismatches,
      String first,
      double makingSeconds,
      double checkingSeconds,
      List<Long> evidenceBytes,
      List<Integer> evidenceTokens) {}

  /**
   * Answers of another model.
   *
   * @param weights that ran instead
   * @param answers that were checked
   * @param caught at once
   * @param latest position of the first wrong number, the latest of all answers
   */
  record Substituted(String weights, int answers, int caught, int latest) {}

  private final Workbench bench;
  private final Progress progress;

  ExactPart(Workbench bench, Progress progress) {
    this.bench = bench;
    this.progress = progress;
  }

  /**
   * Checks honest answers until so many tokens are compared, or time is over.
   *
   * @param endNanos on the clock of {@link System#nanoTime}
   */
  Honest honest(String weights, int wantedTokens, int length, long endNanos) {
    int answers = 0;
    int tokens = 0;
    int mismatches = 0;
    String first = "";
    double making = 0;
    double checking = 0;
    long[] bytes = new long[TEMPERATURES.size()];
    int[] counted = new int[TEMPERATURES.size()];
    try (WorkerEngine own = open(weights, 1, 1)) {
      PrefillChecker checker = new PrefillChecker(own);
      for (int threads = 1; threads <= 2; threads++) {
        try (WorkerEngine node = open(weights, SLOTS, threads)) {
          int until = threads == 1 ? wantedTokens / 16 * ONE_THREAD_OF_16 : wantedTokens;
          for (int group = 0; tokens < until && System.nanoTime() < endNanos; group++) {
            int which = group % TEMPERATURES.size();
            int batch = 1 + (group * 3 + 7) % SLOTS;
            List<GenerationSpec> specs =
                Requests.of(
                    bench.modelId(), 100_000 + answers, batch, TEMPERATURES.get(which), length);
            double nodeBefore = cpuSeconds(node);
            List<MadeAnswer> made = MadeAnswer.together(node, specs);
            making += cpuSeconds(node) - nodeBefore;
            double checkerBefore = cpuSeconds(own);
            for (MadeAnswer answer : made) {
              WorkFinding finding =
                  checker.check(answer.spec(), answer.evidence(), answer.result()).join();
              int count = answer.evidence().getTokensCount();
              if (!finding.equals(new WorkFinding.Exact(count))) {
                mismatches++;
                first = first.isEmpty() ? finding.toString() : first;
              }
              answers++;
              tokens += count;
              bytes[which] += answer.evidence().getSerializedSize();
              counted[which] += count;
              progress.at("honest tokens", Math.min(tokens, wantedTokens), wantedTokens);
            }
            checking += cpuSeconds(own) - checkerBefore;
          }
        }
      }
    }
    List<Long> sizes = new ArrayList<>();
    List<Integer> counts = new ArrayList<>();
    for (int i = 0; i < bytes.length; i++) {
      sizes.add(bytes[i]);
      counts.add(counted[i]);
    }
    return new Honest(answers, tokens, mismatches, first, making, checking, sizes, counts);
  }

  /** Checks answers of other weights under the claim of these. */
  List<Substituted> substituted(String claimed, List<String> others, int answers, int length) {
    List<Substituted> results = new ArrayList<>();
    try (WorkerEngine own = open(claimed, 1, 1)) {
      EngineModel claim = own.models().getFirst();
      PrefillChecker checker = new PrefillChecker(own);
      for (String other : others) {
        int caught = 0;
        int latest = 0;
        int done = 0;
        try (WorkerEngine node = open(other, SLOTS, 1)) {
          for (double temperature : TEMPERATURES) {
            int count = (answers + TEMPERATURES.size() - 1) / TEMPERATURES.size();
            List<GenerationSpec> specs =
                Requests.of(bench.modelId(), 500_000, count, temperature, length);
            for (MadeAnswer answer : MadeAnswer.together(node, specs)) {
              WorkFinding finding =
                  checker.check(answer.spec(), answer.of(claim).evidence(), answer.result()).join();
              if (finding instanceof WorkFinding.Lie lie) {
                caught++;
                latest = Math.max(latest, lie.position());
              }
              done++;
              progress.at(other + " for " + claimed, done, count * TEMPERATURES.size());
            }
          }
        }
        results.add(new Substituted(other, done, caught, latest));
      }
    }
    return results;
  }

  private WorkerEngine open(String weights, int slots, int threads) {
    return bench.open(bench.weights(weights), Optional.empty(), slots, threads);
  }

  private static double cpuSeconds(WorkerEngine worker) {
    return worker.pid().isEmpty()
        ? 0
        : ProcessHandle.of(worker.pid().getAsLong())
                .flatMap(process -> process.info().totalCpuDuration())
                .orElse(Duration.ZERO)
                .toMillis()
            / 1000.0;
  }
}

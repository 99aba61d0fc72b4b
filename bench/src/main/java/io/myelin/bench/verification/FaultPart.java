package io.myelin.bench.verification;

import io.myelin.compute.fault.Fault;
import io.myelin.compute.fault.NodeFaults;
import io.myelin.engine.EngineModel;
import io.myelin.engine.InferenceEngine;
import io.myelin.engine.calibrate.MadeAnswer;
import io.myelin.engine.calibrate.Measuring.Progress;
import io.myelin.engine.calibrate.Requests;
import io.myelin.engine.calibrate.Workbench;
import io.myelin.engine.check.PrefillChecker;
import io.myelin.engine.worker.WorkerEngine;
import io.myelin.protocol.work.WorkFinding;
import io.myelin.protocol.work.WorkSample;
import io.myelin.v1.GenerationSpec;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Nodes that cheat in each way that this project knows, checked by a node of their class. */
final class FaultPart {
  /** What {@code --fault} takes. */
  static final List<String> CHEATS =
      List.of("substitute", "truncate", "cold", "edit", "garbage", "cache", "skip:4", "inflate");

  private static final List<Double> TEMPERATURES = List.of(0.0, 0.7, 1.0);
  private static final int SLOTS = 4;
  private static final int COMMITTEE = 5;
  private static final int FIRST_REQUEST = 700_000;

  /**
   * One way to cheat.
   *
   * @param fault as {@code --fault} takes it; "none" of an honest node
   * @param answers that were checked
   * @param lies those that differ from the honest answer at all
   * @param caught those that the checker convicts
   * @param innocent convicted, though they are the honest answer
   * @param kinds what the checker found, and how often
   */
  record Row(
      String fault,
      int answers,
      int lies,
      int caught,
      int innocent,
      Map<WorkFinding.Kind, Integer> kinds) {

    /**
     * Answers of a node that was honest for a while, until one that is drawn convicts it.
     *
     * @param share of such nodes that are caught by then, such as 0.5
     * @return -1 where none ever is
     */
    long tasks(double share) {
      double drawn = 1 - Math.pow(1 - 1.0 / WorkSample.ONE_IN, COMMITTEE);
      double each = drawn * caught / Math.max(1, answers);
      if (each == 0) {
        return -1;
      }
      return Math.max(1, (long) Math.ceil(Math.log(1 - share) / Math.log(1 - each)));
    }

    /**
     * What that costs the network: false answers among those tasks, the last of which convicts.
     *
     * @return -1 where it goes on for ever
     */
    long falseAnswers(double share) {
      long tasks = tasks(share);
      return tasks < 0 ? -1 : Math.ceilDiv(tasks * lies, Math.max(1, answers));
    }

    /** What the node loses by the verdict, as the contract and reputation have it. */
    String lost() {
      return caught == 0 ? "" : "30 % of its stake; 20 points; its place";
    }
  }

  private final Workbench bench;
  private final Progress progress;
  private final int perTemperature;
  private final int tokens;

  FaultPart(Workbench bench, Progress progress, int perTemperature, int tokens) {
    this.bench = bench;
    this.progress = progress;
    this.perTemperature = perTemperature;
    this.tokens = tokens;
  }

  List<Row> run(List<String> faults) {
    List<Row> rows = new ArrayList<>();
    try (WorkerEngine node = open(Workbench.ORIGINAL);
        WorkerEngine own = open(Workbench.ORIGINAL)) {
      PrefillChecker checker = new PrefillChecker(own);
      List<MadeAnswer> honest = answers(node, node.models().getFirst());
      rows.add(row("none", honest, honest, checker));
      for (String text : faults) {
        Fault fault = Fault.parse(text);
        if (fault instanceof Fault.Substitute substitute) {
          try (WorkerEngine copy = open(substitute.quantisation())) {
            rows.add(row(text, honest, cheating(node, fault, copy), checker));
          }
        } else {
          rows.add(row(text, honest, cheating(node, fault, node), checker));
        }
      }
    }
    return rows;
  }

  private List<MadeAnswer> cheating(WorkerEngine node, Fault fault, InferenceEngine copy) {
    Runnable never =
        () -> {
          throw new IllegalStateException(fault + " ends its node");
        };
    InferenceEngine cheat = new NodeFaults(List.of(fault), never, type -> copy).engine(node);
    // What it may keep of an earlier one.
    var _ =
        MadeAnswer.together(
            cheat, Requests.of(bench.modelId(), FIRST_REQUEST - 1, 1, 1.0, 2 * tokens));
    return answers(cheat, node.models().getFirst());
  }

  private List<MadeAnswer> answers(InferenceEngine engine, EngineModel claim) {
    List<MadeAnswer> answers = new ArrayList<>();
    for (int which = 0; which < TEMPERATURES.size(); which++) {
      List<GenerationSpec> specs =
          Requests.of(
              bench.modelId(),
              FIRST_REQUEST + which * perTemperature,
              perTemperature,
              TEMPERATURES.get(which),
              tokens);
      MadeAnswer.together(engine, specs).forEach(answer -> answers.add(answer.of(claim)));
    }
    return answers;
  }

  private Row row(
      String fault, List<MadeAnswer> honest, List<MadeAnswer> made, PrefillChecker checker) {
    int lies = 0;
    int caught = 0;
    int innocent = 0;
    Map<WorkFinding.Kind, Integer> kinds = new EnumMap<>(WorkFinding.Kind.class);
    for (int i = 0; i < made.size(); i++) {
      MadeAnswer answer = made.get(i);
      boolean lie = !same(answer, honest.get(i));
      lies += lie ? 1 : 0;
      WorkFinding finding = checker.check(answer.spec(), answer.evidence(), answer.result()).join();
      if (finding instanceof WorkFinding.Lie found) {
        caught += lie ? 1 : 0;
        innocent += lie ? 0 : 1;
        kinds.merge(found.kind(), 1, Integer::sum);
      }
      progress.at(fault, i + 1, made.size());
    }
    return new Row(fault, made.size(), lies, caught, innocent, kinds);
  }

  private static boolean same(MadeAnswer one, MadeAnswer other) {
    return one.evidence().equals(other.evidence())
        && one.result().getPromptTokens() == other.result().getPromptTokens()
        && one.result().getOutputTokens() == other.result().getOutputTokens();
  }

  private WorkerEngine open(String weights) {
    return bench.open(bench.weights(weights), Optional.empty(), SLOTS, 1);
  }
}

package io.myelin.cli.receipt;

import com.google.protobuf.InvalidProtocolBufferException;
import io.myelin.cli.CommandException;
import io.myelin.cli.model.ConsoleProgress;
import io.myelin.cli.node.EngineSource;
import io.myelin.engine.check.AnyClassChecker;
import io.myelin.engine.local.EngineSet;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.protocol.work.Calibrations;
import io.myelin.protocol.work.Charge;
import io.myelin.protocol.work.SignedWork;
import io.myelin.protocol.work.Sprt;
import io.myelin.protocol.work.WorkFinding;
import io.myelin.protocol.work.WorkScore;
import io.myelin.v1.Evidence;
import io.myelin.v1.StoredWork;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What a validator found of a node's work, found again with one's own copy of the model. */
final class WorkRecheck {
  private static final int MINUTES = 5;

  private final PrintWriter out;
  private final Calibrations calibrations;

  WorkRecheck(PrintWriter out, Calibrations calibrations) {
    this.out = out;
    this.calibrations = calibrations;
  }

  /**
   * Checks a record; returns whether it comes to what the validator found.
   *
   * @param bytes a file {@code evidence/work-….pb} of a validator
   * @throws CommandException when it is none, or a signature in it does not hold
   */
  boolean holds(byte[] bytes) {
    StoredWork stored;
    Charge charge;
    try {
      stored = StoredWork.parseFrom(bytes);
      charge = charge(stored);
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      throw new CommandException(
          "it is no record of work that holds: "
              + e.getMessage()
              + " (expected: a validator's evidence/work-….pb)",
          e);
    }
    SignedWork first = charge.works().getFirst();
    String model = first.spec().getModel();
    String all = charge.isRun() ? ", all " + charge.works().size() + " answers" : "";
    out.println("  ok   gateway_signature  " + first.gateway() + " asked for it" + all);
    out.println("  ok   node_signature     " + charge.node() + " signed what came of it" + all);
    out.println("  ok   evidence_digest    the evidence is what it signed" + all);
    for (SignedWork work : charge.works()) {
      out.println("  task       " + work.commit().taskId());
      out.println("  session    " + work.commit().sessionId());
    }
    out.println("  evidence   0x" + charge.digest() + ", as a verdict on chain names it");
    out.println("  model      " + clean(model + ", " + first.evidence().getEquivalenceClass()));
    out.println("  validator  " + clean(stored.getFound() + ": " + stored.getDetail()));
    out.flush();
    boolean same = charge.isRun() ? run(charge, model) : one(first, model, stored.getFound());
    out.println(same ? "It holds: found again." : "It is not what the validator found.");
    out.flush();
    return same;
  }

  private static Charge charge(StoredWork stored) {
    Eip712Domain domain =
        new Eip712Domain(stored.getChainId(), Address.of(stored.getDirectory().toByteArray()));
    return Charge.of(stored.getRecord(), stored.getOthersList(), domain);
  }

  private boolean one(SignedWork work, String model, String found) {
    WorkFinding here = check(List.of(work), model).getFirst();
    String word = word(here);
    out.println("  here       " + word);
    boolean same = word.startsWith(found + ":");
    if (!same && !(here instanceof WorkFinding.Lie || here instanceof WorkFinding.Exact)) {
      out.flush();
      throw new CommandException(
          ("it cannot be told on this machine: %s (expected: the file that the subnet lists, and a"
                  + " processor that runs class %s)")
              .formatted(word, clean(work.evidence().getEquivalenceClass())));
    }
    return same;
  }

  /** A node's or a validator's word, for a terminal. */
  private static String clean(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }

  /** Each answer of a run, and what the sequential test says of all. */
  private boolean run(Charge charge, String model) {
    List<WorkFinding> findings = check(charge.works(), model);
    List<Double> ratios = new ArrayList<>();
    boolean lie = false;
    boolean exact = false;
    for (int i = 0; i < findings.size(); i++) {
      WorkFinding finding = findings.get(i);
      Evidence evidence = charge.works().get(i).evidence();
      String weights = HexFormat.of().formatHex(evidence.getWeightsDigest().toByteArray());
      OptionalDouble ratio =
          finding instanceof WorkFinding.Measured measured
              ? calibrations.logLikelihoodRatio(weights, evidence.getEquivalenceClass(), measured)
              : OptionalDouble.empty();
      out.println(
          "  here       "
              + word(finding)
              + (ratio.isPresent()
                  ? String.format(Locale.ROOT, ", ratio %.2f", ratio.getAsDouble())
                  : ""));
      lie |= finding instanceof WorkFinding.Lie;
      exact |= finding instanceof WorkFinding.Exact;
      if (finding instanceof WorkFinding.Measured && ratio.isEmpty()) {
        throw new CommandException(
            "no calibration is for these weights between "
                + evidence.getEquivalenceClass()
                + " and this machine's class (expected: --calibration FILE, see ./myelin"
                + " calibrate)");
      }
      ratio.ifPresent(ratios::add);
    }
    Sprt.State state = Sprt.standard().sum(ratios);
    out.printf(
        Locale.ROOT,
        "  together   sum %.2f of %d, condemned from %.2f%n",
        state.sum(),
        state.checks(),
        Sprt.standard().upper());
    return lie || (!exact && state.decision() == Sprt.Decision.CONDEMN);
  }

  private static List<WorkFinding> check(List<SignedWork> works, String model) {
    EngineSource source;
    try (ConsoleProgress progress = ConsoleProgress.onStandardError()) {
      source = EngineSource.prepare(List.of(model), progress);
    }
    int threads = EngineSource.usualThreads();
    try (EngineSet engine = source.open(1, threads);
        AnyClassChecker checker = new AnyClassChecker(engine, source.otherClasses(threads))) {
      List<WorkFinding> findings = new ArrayList<>();
      for (SignedWork work : works) {
        findings.add(
            checker
                .check(work.spec(), work.evidence(), work.record().getCommit().getResult())
                .get(MINUTES, TimeUnit.MINUTES));
      }
      return findings;
    } catch (ExecutionException e) {
      throw new CommandException("the model cannot be asked: " + e.getCause(), e);
    } catch (TimeoutException e) {
      throw new CommandException("the model did not answer within " + MINUTES + " minutes", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandException("interrupted", e);
    }
  }

  private static String word(WorkFinding finding) {
    return switch (finding) {
      case WorkFinding.Exact(int tokens) ->
          "exact: " + tokens + " tokens are, bit for bit, what the model says";
      case WorkFinding.Lie(WorkFinding.Kind kind, int position, String detail) ->
          "lie: %s at output token %d: %s".formatted(kind, position, detail);
      case WorkFinding.Measured(WorkScore score, String checkerClass) ->
          "measured: " + score + " on " + checkerClass;
      case WorkFinding.Undecided(String reason) -> "undecided: " + reason;
    };
  }
}

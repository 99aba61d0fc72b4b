package io.myelin.cli.receipt;

import com.google.protobuf.InvalidProtocolBufferException;
import io.myelin.cli.CommandException;
import io.myelin.cli.model.ConsoleProgress;
import io.myelin.cli.node.EngineSource;
import io.myelin.engine.check.PrefillChecker;
import io.myelin.engine.local.EngineSet;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.protocol.work.SignedWork;
import io.myelin.protocol.work.WorkFinding;
import io.myelin.protocol.work.WorkScore;
import io.myelin.v1.StoredWork;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What a validator found of a node's work, found again with one's own copy of the model. */
final class WorkRecheck {
  private static final int MINUTES = 5;

  private final PrintWriter out;

  WorkRecheck(PrintWriter out) {
    this.out = out;
  }

  /**
   * Checks a record; returns whether it comes to what the validator found.
   *
   * @param bytes a file {@code evidence/work-….pb} of a validator
   * @throws CommandException when it is none, or a signature in it does not hold
   */
  boolean holds(byte[] bytes) {
    StoredWork stored;
    SignedWork work;
    try {
      stored = StoredWork.parseFrom(bytes);
      work =
          SignedWork.of(
              stored.getRecord(),
              new Eip712Domain(
                  stored.getChainId(), Address.of(stored.getDirectory().toByteArray())));
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      throw new CommandException(
          "it is no record of work that holds: "
              + e.getMessage()
              + " (expected: a validator's evidence/work-….pb)",
          e);
    }
    String model = work.spec().getModel();
    out.println("  ok   gateway_signature  " + work.gateway() + " asked for it");
    out.println("  ok   node_signature     " + work.node() + " signed what came of it");
    out.println("  ok   evidence_digest    the evidence is what it signed");
    out.println("  task       " + work.commit().taskId());
    out.println("  session    " + work.commit().sessionId());
    out.println("  evidence   0x" + work.digest() + ", as a verdict on chain names it");
    out.println("  model      " + model + ", " + work.evidence().getEquivalenceClass());
    out.println("  validator  " + stored.getFound() + ": " + stored.getDetail());
    out.flush();
    WorkFinding finding = check(work, model);
    String word = word(finding);
    out.println("  here       " + word);
    boolean same = word.startsWith(stored.getFound() + ":");
    out.println(same ? "It holds: found again." : "It is not what the validator found.");
    out.flush();
    return same;
  }

  private static WorkFinding check(SignedWork work, String model) {
    EngineSource source;
    try (ConsoleProgress progress = ConsoleProgress.onStandardError()) {
      source = EngineSource.prepare(List.of(model), progress);
    }
    try (EngineSet engine = source.open(1, EngineSource.usualThreads())) {
      return new PrefillChecker(engine)
          .check(work.spec(), work.evidence(), work.record().getCommit().getResult())
          .get(MINUTES, TimeUnit.MINUTES);
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
      case WorkFinding.Measured(WorkScore score) -> "measured: " + score;
      case WorkFinding.Undecided(String reason) -> "undecided: " + reason;
    };
  }
}

package io.myelin.validator;

import com.google.protobuf.ByteString;
import io.myelin.committee.wire.Reason;
import io.myelin.engine.check.WorkChecker;
import io.myelin.protocol.cognitive.RoundVerdict.Found;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.work.WorkFinding;
import io.myelin.v1.Evidence;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.RoundContent;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Checks what is made in cognitive rounds, one at a time; each piece once. */
final class AnswerDesk implements AutoCloseable {
  private static final int CHECK_SECONDS = 30;
  private static final int MOST_REMEMBERED = 256;

  private final WorkChecker checker;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(Thread.ofVirtual().name("validator-round").factory());
  private final Map<Digest, Pending> known = Bounded.byAge(MOST_REMEMBERED);

  /**
   * What was found of an answer.
   *
   * @param detail for people
   */
  record Finding(Found found, String detail) {}

  /** A check that is done, or will be. */
  record Pending(CompletableFuture<Finding> finding) {
    /** What it finds; refuses when that takes too long, or the engine fails. */
    Finding await(long deadlineNanos) throws RefusedException {
      try {
        return finding.get(Math.max(0, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new RefusedException(Reason.BUSY, "interrupted");
      } catch (ExecutionException e) {
        // One piece of a class that has no place here must not hold up what is found of the others.
        if (WorkDesk.isBusy(e)) {
          return new Finding(Found.NEITHER, "there is no place to check its class now");
        }
        throw new RefusedException(Reason.BUSY, "not checked: " + e.getCause());
      } catch (TimeoutException e) {
        throw new RefusedException(Reason.BUSY, "the answers are not checked yet");
      }
    }
  }

  AnswerDesk(WorkChecker checker) {
    this.checker = checker;
  }

  /** An answer that no model needs to look at. */
  static Pending wrong(String detail) {
    return new Pending(CompletableFuture.completedFuture(new Finding(Found.WRONG, detail)));
  }

  /** Has an answer checked, unless it was. */
  synchronized Pending check(GenerationSpec spec, RoundContent content) {
    Evidence evidence = content.getEvidence();
    int tokens = evidence.getTokensCount();
    // Another server's model has no weights that are named, nor numbers for each token.
    boolean counted = !evidence.getWeightsDigest().isEmpty() && !isZero(evidence);
    if (evidence.getPrefixTokensCount() > 0
        || (counted && content.getResult().getOutputTokens() != tokens)) {
      return wrong(
          "it has %d tokens after %d of others (expected: %d after none, as it says)"
              .formatted(
                  tokens, evidence.getPrefixTokensCount(), content.getResult().getOutputTokens()));
    }
    Digest key =
        Sha256.hash(spec.toByteArray(), evidence.toByteArray(), content.getResult().toByteArray());
    Pending before = known.get(key);
    // That an engine failed here says nothing of the answer: it is tried again.
    if (before != null && !before.finding().isCompletedExceptionally()) {
      return before;
    }
    Pending pending = new Pending(CompletableFuture.supplyAsync(() -> find(spec, content), thread));
    known.put(key, pending);
    return pending;
  }

  private static boolean isZero(Evidence evidence) {
    return evidence.getWeightsDigest().equals(ByteString.copyFrom(Digest.ZERO.bytes()));
  }

  private Finding find(GenerationSpec spec, RoundContent content) {
    CompletableFuture<WorkFinding> check =
        checker.check(spec, content.getEvidence(), content.getResult());
    try {
      return switch (check.get(CHECK_SECONDS, TimeUnit.SECONDS)) {
        case WorkFinding.Exact(int tokens) ->
            new Finding(Found.RIGHT, "all of its " + tokens + " tokens are the model's");
        case WorkFinding.Lie(var kind, int position, String detail) ->
            new Finding(Found.WRONG, "%s at token %d: %s".formatted(kind, position, detail));
        case WorkFinding.Measured _ ->
            new Finding(Found.NEITHER, "it is of another equivalence class");
        case WorkFinding.Undecided(String reason) -> new Finding(Found.NEITHER, reason);
      };
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CompletionException(e);
    } catch (ExecutionException | TimeoutException e) {
      check.cancel(true);
      throw new CompletionException(e);
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}

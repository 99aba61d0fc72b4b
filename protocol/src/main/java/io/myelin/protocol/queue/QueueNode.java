package io.myelin.protocol.queue;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.queue.QueueStep.Ack;
import io.myelin.protocol.queue.QueueStep.AskVerdict;
import io.myelin.protocol.queue.QueueStep.Enforce;
import io.myelin.protocol.queue.QueueStep.Forget;
import io.myelin.protocol.queue.QueueStep.GiveUp;
import io.myelin.protocol.queue.QueueStep.Precommit;
import io.myelin.protocol.queue.QueueStep.Reseal;
import io.myelin.protocol.queue.QueueStep.Rest;
import io.myelin.protocol.queue.QueueStep.Reveal;
import io.myelin.protocol.queue.QueueStep.Run;
import java.util.Optional;

/**
 * What a node does next about a task: a function of the task as the chain has it and of what the
 * node holds. It has no state of its own, so a node that died goes on from what is on the chain and
 * on its disk, wherever it was.
 */
public final class QueueNode {
  /** How long others, the client first of all, have to enforce what is late. */
  public static final long GRACE_SECONDS = 20;

  private QueueNode() {}

  /**
   * Times that the network's parameters give.
   *
   * @param ackSeconds from an offer until its acknowledgement is due
   * @param validateSeconds from the last reveal until the verdict is due
   */
  public record Times(long ackSeconds, long validateSeconds) {}

  /** What became of the work in this process. */
  public sealed interface Work {
    /** Not begun, as far as this process knows. */
    record None() implements Work {}

    /** On the engine, or on the way to the disk. */
    record Running() implements Work {}

    /** It cannot be done here. */
    record Failed(String why) implements Work {}
  }

  /**
   * A promise on the node's disk.
   *
   * @param attempt that it was made for
   * @param precommit the hash that binds
   */
  public record Promise(int attempt, Digest precommit, long promptTokens, long outputTokens) {}

  /**
   * What the node holds of a task.
   *
   * @param problem why it cannot do what is asked for; empty when it can
   * @param slot whether it has a slot for it, free or held
   * @param promise on its disk
   */
  public record Holding(
      Address node, Optional<String> problem, boolean slot, Work work, Optional<Promise> promise) {}

  /**
   * Decides.
   *
   * @param nowSeconds the chain's time
   */
  public static QueueStep next(QueueTask task, Holding holding, Times times, long nowSeconds) {
    if (task.phase().isEnd()) {
      return new Forget();
    }
    Optional<QueueOffer> offer = task.offerOf(holding.node());
    if (offer.isEmpty()) {
      return new Forget();
    }
    QueueOffer mine = offer.get();
    QueueStep step =
        switch (mine.stage()) {
          case OFFERED -> offered(mine, holding, times, nowSeconds);
          case ACKED -> acked(task, mine, holding);
          case PRECOMMITTED -> precommitted(mine, holding);
          case COMMITTED -> committed(task, mine, times, nowSeconds);
          case GONE -> new Forget();
        };
    if (step instanceof Rest && mine.stage().compareTo(QueueStage.PRECOMMITTED) >= 0) {
      return Overdue.in(task, nowSeconds - GRACE_SECONDS).<QueueStep>map(Enforce::new).orElse(step);
    }
    return step;
  }

  private static QueueStep offered(QueueOffer mine, Holding holding, Times times, long nowSeconds) {
    if (holding.problem().isPresent()) {
      return new GiveUp(mine.attempt(), holding.problem().get());
    }
    if (holding.slot() || holding.promise().isPresent()) {
      return new Ack(mine.attempt());
    }
    long leftSeconds = mine.ackDueAtSeconds() - nowSeconds;
    // Another node must have time to take it on.
    return leftSeconds * 2 <= times.ackSeconds()
        ? new GiveUp(mine.attempt(), "no free slot")
        : new Rest();
  }

  private static QueueStep acked(QueueTask task, QueueOffer mine, Holding holding) {
    if (holding.promise().isPresent()) {
      Promise promise = holding.promise().get();
      if (promise.promptTokens() > task.maxPromptTokens()
          || promise.outputTokens() > task.maxOutputTokens()) {
        return new GiveUp(
            mine.attempt(),
            "%d prompt and %d output tokens (expected: at most %d and %d, as the task holds)"
                .formatted(
                    promise.promptTokens(),
                    promise.outputTokens(),
                    task.maxPromptTokens(),
                    task.maxOutputTokens()));
      }
      return promise.attempt() == mine.attempt()
          ? new Precommit(mine.attempt(), promise.precommit())
          : new Reseal(mine.attempt());
    }
    if (holding.problem().isPresent()) {
      return new GiveUp(mine.attempt(), holding.problem().get());
    }
    return switch (holding.work()) {
      case Work.Failed failed -> new GiveUp(mine.attempt(), failed.why());
      case Work.Running _ -> new Rest();
      case Work.None _ -> holding.slot() ? new Run(mine.attempt()) : new Rest();
    };
  }

  private static QueueStep precommitted(QueueOffer mine, Holding holding) {
    boolean kept =
        holding
            .promise()
            .filter(
                promise ->
                    promise.attempt() == mine.attempt()
                        && promise.precommit().equals(mine.precommit()))
            .isPresent();
    if (!kept) {
      return new GiveUp(mine.attempt(), "the promise is not on this node's disk any more");
    }
    return mine.revealAsked() ? new Reveal(mine.attempt(), mine.primary()) : new Rest();
  }

  /** The primary asks at once; another only when the primary seems gone. */
  private static QueueStep committed(
      QueueTask task, QueueOffer mine, Times times, long nowSeconds) {
    if (task.phase() != QueuePhase.COMMITTED || nowSeconds >= task.validateDueAtSeconds()) {
      return new Rest();
    }
    long sinceSeconds = nowSeconds - (task.validateDueAtSeconds() - times.validateSeconds());
    return mine.primary() || sinceSeconds >= GRACE_SECONDS ? new AskVerdict() : new Rest();
  }
}

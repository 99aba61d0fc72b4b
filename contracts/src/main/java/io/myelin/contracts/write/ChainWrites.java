package io.myelin.contracts.write;

import io.myelin.chain.RevertReason;
import io.myelin.chain.abi.AbiError;
import io.myelin.chain.abi.ContractWrite;
import io.myelin.chain.abi.Reverts;
import io.myelin.chain.transaction.IntentStatus;
import io.myelin.chain.transaction.TransactionIntent;
import io.myelin.chain.transaction.TransactionOutcome;
import io.myelin.chain.transaction.TransactionSender;
import io.myelin.contracts.Cognitive;
import io.myelin.contracts.InferencePayment;
import io.myelin.contracts.MyelinToken;
import io.myelin.contracts.NodePool;
import io.myelin.contracts.Session;
import io.myelin.contracts.SessionQueue;
import io.myelin.contracts.SubnetRegistry;
import io.myelin.contracts.ValidatorRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Transactions that must happen once, whatever happens to this process: each under a name that says
 * what it is for. One that failed had no effect and may be tried again, under the next number.
 */
public final class ChainWrites {
  /** A public chain may take this long in a busy hour; the intent goes on when nobody waits. */
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private static final Duration POLL = Duration.ofMillis(50);

  private static final Reverts REVERTS = new Reverts(errors());

  private final TransactionSender sender;

  /** Transactions of one sender, which the caller closes. */
  public ChainWrites(TransactionSender sender) {
    this.sender = sender;
  }

  private static List<AbiError> errors() {
    List<AbiError> all = new ArrayList<>();
    all.addAll(InferencePayment.ERRORS);
    all.addAll(Session.ERRORS);
    all.addAll(SessionQueue.ERRORS);
    all.addAll(NodePool.ERRORS);
    all.addAll(SubnetRegistry.ERRORS);
    all.addAll(ValidatorRegistry.ERRORS);
    all.addAll(MyelinToken.ERRORS);
    all.addAll(Cognitive.ERRORS);
    return all.stream().distinct().toList();
  }

  /** Why a transaction of this network failed; empty when it did not. */
  public static Optional<RevertReason> reason(TransactionOutcome outcome) {
    return outcome.reason(REVERTS);
  }

  /** What a transaction came to, for people. */
  public static String text(TransactionOutcome outcome) {
    return reason(outcome)
        .map(RevertReason::text)
        .orElseGet(
            () ->
                switch (outcome) {
                  case TransactionOutcome.Rejected rejected -> rejected.message();
                  case TransactionOutcome.Displaced displaced -> displaced.message();
                  case TransactionOutcome.Succeeded _ -> "done";
                  case TransactionOutcome.Reverted _ -> "reverted without a reason";
                });
  }

  /**
   * Does it, unless it is done or under way; blocks.
   *
   * @throws TimeoutException when it is not in a block after ten minutes; it goes on
   */
  public TransactionOutcome once(String name, ContractWrite write)
      throws InterruptedException, TimeoutException {
    String id = current(name);
    try {
      return sender
          .submit(TransactionIntent.of(id, write))
          .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (IllegalArgumentException e) {
      // Under way with other content, from an earlier run: what it comes to is what counts.
      return await(id);
    } catch (ExecutionException e) {
      throw new IllegalStateException(id + ": the sender stopped", e.getCause());
    }
  }

  /**
   * Sees to it without waiting: asks for it unless it is done or under way. What was refused is
   * asked for again, under the next number.
   *
   * @return why it was refused the last time; empty when it is under way, done, or new
   */
  public Optional<String> press(String name, ContractWrite write) {
    String id = current(name);
    if (sender.status(id).isPresent()) {
      return Optional.empty();
    }
    try {
      var _ = sender.submit(TransactionIntent.of(id, write));
    } catch (IllegalArgumentException e) {
      // Under way with other content, which came in between.
      return Optional.empty();
    }
    return lastRefusal(name, id);
  }

  /** Whether it was asked for so often in vain that something else must be wrong. */
  public int failures(String name) {
    int failures = 0;
    String id = name;
    while (sender.status(id).filter(ChainWrites::failed).isPresent()) {
      id = name + "/try/" + ++failures;
    }
    return failures;
  }

  private Optional<String> lastRefusal(String name, String now) {
    int failures = failures(name);
    if (failures == 0 || now.equals(name)) {
      return Optional.empty();
    }
    String before = failures == 1 ? name : name + "/try/" + (failures - 1);
    return sender.status(before).orElse(null) instanceof IntentStatus.Ended ended
        ? Optional.of(text(ended.outcome()))
        : Optional.empty();
  }

  /** Whether it was ever asked for, and did not fail. */
  public boolean isKnown(String name) {
    return sender.status(current(name)).isPresent();
  }

  /** Waits for what was asked for before. */
  public TransactionOutcome awaitKnown(String name) throws InterruptedException, TimeoutException {
    return await(current(name));
  }

  /** The first number whose transaction did not fail. */
  private String current(String name) {
    String id = name;
    int attempt = 1;
    while (sender.status(id).filter(ChainWrites::failed).isPresent()) {
      id = name + "/try/" + attempt++;
    }
    return id;
  }

  private static boolean failed(IntentStatus status) {
    return status instanceof IntentStatus.Ended ended
        && !(ended.outcome() instanceof TransactionOutcome.Succeeded);
  }

  private TransactionOutcome await(String id) throws InterruptedException, TimeoutException {
    long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() - deadlineNanos < 0) {
      if (sender.status(id).orElse(null) instanceof IntentStatus.Ended ended) {
        return ended.outcome();
      }
      Thread.sleep(POLL);
    }
    throw new TimeoutException(id + ": not in a block after " + PATIENCE.toMinutes() + " minutes");
  }
}

package io.myelin.chain.transaction;

import io.myelin.chain.Bytes;
import io.myelin.chain.Call;
import io.myelin.chain.ChainClient;
import io.myelin.chain.ChainException;
import io.myelin.chain.FeeMarket;
import io.myelin.chain.RevertedException;
import io.myelin.chain.TransactionReceipt;
import io.myelin.chain.TransactionRefusedException;
import io.myelin.protocol.ids.Address;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out a sender's questions to the chain, and turns answers into events. Three lanes, each
 * in order: sending (the order of nonces), asking what is needed, and watching.
 */
final class SenderCalls implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SenderCalls.class);
  private static final long PRICES_NANOS = 1_000_000_000L;

  private final ChainClient chain;
  private final Address account;
  private final IntentLog intents;
  private final Consumer<SenderEvent> events;
  private final Consumer<Throwable> failures;
  private final ExecutorService sending = lane("chain-send");
  private final ExecutorService asking = lane("chain-ask");
  private final ExecutorService watching = lane("chain-watch");
  private final AtomicBoolean observing = new AtomicBoolean();
  private @Nullable FeeMarket prices;
  private long pricesAtNanos;

  SenderCalls(
      ChainClient chain,
      Address account,
      IntentLog intents,
      Consumer<SenderEvent> events,
      Consumer<Throwable> failures) {
    this.chain = chain;
    this.account = account;
    this.intents = intents;
    this.events = events;
    this.failures = failures;
  }

  private static ExecutorService lane(String name) {
    return Executors.newSingleThreadExecutor(Thread.ofVirtual().name(name).factory());
  }

  void start(SenderEffect effect) {
    try {
      switch (effect) {
        case SenderEffect.Broadcast(Attempt attempt) ->
            run(sending, () -> events.accept(broadcast(attempt)));
        case SenderEffect.Refill refill -> run(sending, () -> refill(refill));
        case SenderEffect.Estimate(TransactionIntent intent) ->
            run(asking, () -> events.accept(estimate(intent)));
        case SenderEffect.Reprice(long nonce) -> run(asking, () -> events.accept(reprice(nonce)));
        case SenderEffect.Observe(List<InFlight> inFlight) -> {
          // A slow endpoint gets one such question at a time.
          if (observing.compareAndSet(false, true)) {
            run(watching, () -> observe(inFlight));
          }
        }
        case SenderEffect.Finish finish -> run(watching, () -> finish(finish));
        case SenderEffect.Sign _, SenderEffect.Keep _ ->
            throw new IllegalArgumentException("not a question to the chain: " + effect);
      }
    } catch (RejectedExecutionException e) {
      LOG.debug("closed: {} is left for the next sender", effect.getClass().getSimpleName());
    }
  }

  /** What fails otherwise than by an endpoint stops the sender: a lost answer would hang it. */
  private void run(ExecutorService lane, Runnable question) {
    lane.execute(
        () -> {
          try {
            question.run();
          } catch (RuntimeException | Error e) {
            failures.accept(e);
          }
        });
  }

  private SenderEvent broadcast(Attempt attempt) {
    SenderEvent.Answer answer;
    String message = "";
    try {
      chain.send(attempt.raw(), attempt.hash());
      answer = SenderEvent.Answer.TAKEN;
    } catch (TransactionRefusedException e) {
      message = String.valueOf(e.getMessage());
      answer =
          switch (e.reason()) {
            case NONCE_USED -> SenderEvent.Answer.NONCE_USED;
            case REPLACEMENT_UNDERPRICED, UNDERPRICED -> SenderEvent.Answer.UNDERPRICED;
            case INSUFFICIENT_FUNDS -> SenderEvent.Answer.INSUFFICIENT_FUNDS;
            case OTHER -> SenderEvent.Answer.REFUSED;
          };
    } catch (ChainException e) {
      message = String.valueOf(e.getMessage());
      answer = SenderEvent.Answer.UNREACHABLE;
    }
    return new SenderEvent.Sent(attempt.nonce(), attempt.hash(), answer, message);
  }

  private void refill(SenderEffect.Refill refill) {
    List<Attempt> lost = intents.newestAttempts(refill.fromNonce(), refill.beforeNonce());
    for (Attempt attempt : lost) {
      LOG.info("nonce {} of {} left the chain and is sent again", attempt.nonce(), account);
      events.accept(broadcast(attempt));
    }
  }

  private SenderEvent estimate(TransactionIntent intent) {
    try {
      return new SenderEvent.Estimated(
          intent.id(), chain.estimateGas(intent.from(account)), prices());
    } catch (RevertedException e) {
      return new SenderEvent.WouldFail(intent.id(), e.data(), String.valueOf(e.getMessage()));
    } catch (TransactionRefusedException e) {
      return new SenderEvent.WouldFail(intent.id(), Bytes.EMPTY, String.valueOf(e.getMessage()));
    } catch (ChainException e) {
      LOG.debug("estimate of {}: {}", intent.id(), e.getMessage());
      return new SenderEvent.EstimateFailed(intent.id(), String.valueOf(e.getMessage()));
    }
  }

  /** Only on the asking lane. */
  private FeeMarket prices() {
    long now = System.nanoTime();
    FeeMarket held = prices;
    if (held == null || now - pricesAtNanos > PRICES_NANOS) {
      held = chain.fees();
      prices = held;
      pricesAtNanos = now;
    }
    return held;
  }

  private SenderEvent reprice(long nonce) {
    try {
      prices = null;
      return new SenderEvent.Repriced(nonce, prices());
    } catch (ChainException e) {
      return new SenderEvent.RepriceFailed(nonce);
    }
  }

  private void observe(List<InFlight> inFlight) {
    try {
      // Asked first: a block that comes in between only makes the depth look smaller.
      long head = chain.head().number();
      long chainNonce = chain.nonce(account);
      Map<Long, Inclusion> inclusions = new HashMap<>();
      for (InFlight entry : inFlight) {
        if (entry.nonce() < chainNonce) {
          included(entry).ifPresent(inclusion -> inclusions.put(entry.nonce(), inclusion));
        }
      }
      events.accept(new SenderEvent.Observed(head, chainNonce, inclusions));
    } catch (ChainException e) {
      LOG.debug("watching {}: {}", account, e.getMessage());
    } finally {
      observing.set(false);
    }
  }

  private Optional<Inclusion> included(InFlight entry) {
    for (int i = entry.attempts().size() - 1; i >= 0; i--) {
      Optional<TransactionReceipt> receipt = chain.receipt(entry.attempts().get(i).hash());
      if (receipt.isPresent()) {
        return receipt.map(Inclusion::of);
      }
    }
    return Optional.empty();
  }

  private void finish(SenderEffect.Finish finish) {
    Inclusion inclusion = finish.inclusion();
    TransactionOutcome outcome =
        inclusion.succeeded()
            ? new TransactionOutcome.Succeeded(inclusion)
            : new TransactionOutcome.Reverted(inclusion, replay(finish.intent(), inclusion));
    events.accept(new SenderEvent.Ended(finish.intent().id(), outcome));
  }

  /** A receipt does not say why: the same call in the state before its block mostly does. */
  private Bytes replay(TransactionIntent intent, Inclusion inclusion) {
    Call call = intent.from(account);
    try {
      chain.call(call, Math.max(0, inclusion.block().number() - 1));
    } catch (RevertedException e) {
      return e.data();
    } catch (ChainException e) {
      LOG.debug("replay of {}: {}", intent.id(), e.getMessage());
    }
    return Bytes.EMPTY;
  }

  @Override
  public void close() {
    sending.shutdownNow();
    asking.shutdownNow();
    watching.shutdownNow();
  }
}

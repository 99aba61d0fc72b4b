package io.myelin.chain.transaction;

import io.myelin.chain.ChainClient;
import io.myelin.chain.web3j.SignedTransaction;
import io.myelin.chain.web3j.TransactionSigner;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The shell around {@link SenderMachine}: one thread feeds it events and carries out its effects.
 * Signing and writing happen on that thread, so that nothing is sent before it is on disk.
 */
public final class ChainSender implements TransactionSender {
  private static final Logger LOG = LoggerFactory.getLogger(ChainSender.class);

  private final TransactionSigner signer;
  private final IntentLog intents;
  private final SenderPolicy policy;
  private final InstantSource clock;
  private final SenderMachine machine;
  private final SenderCalls calls;
  private final BlockingQueue<SenderEvent> events = new LinkedBlockingQueue<>();
  private final Map<String, CompletableFuture<TransactionOutcome>> waiters =
      new ConcurrentHashMap<>();
  private final Set<String> known = new HashSet<>();
  private final ReentrantLock submitting = new ReentrantLock();
  private final Thread thread;
  private volatile SenderState state;
  private volatile @Nullable Throwable broken;
  private volatile @Nullable Throwable stopped;

  private ChainSender(
      ChainClient chain,
      OperatorKey key,
      IntentLog intents,
      SenderPolicy policy,
      InstantSource clock,
      SenderState recovered) {
    this.signer = new TransactionSigner(key, chain.chainId());
    this.intents = intents;
    this.policy = policy;
    this.clock = clock;
    this.machine = new SenderMachine(policy);
    this.state = recovered;
    this.calls = new SenderCalls(chain, key.address(), intents, events::add, this::breakDown);
    recovered.queue().forEach(intent -> known.add(intent.id()));
    recovered.entries().forEach(entry -> known.add(entry.intent().id()));
    this.thread = Thread.ofPlatform().name("chain-sender").daemon().unstarted(this::work);
  }

  /**
   * Takes up what an earlier sender of the same log left, and starts.
   *
   * @throws io.myelin.chain.ChainException when no endpoint answers
   */
  public static ChainSender start(
      ChainClient chain,
      OperatorKey key,
      IntentLog intents,
      SenderPolicy policy,
      InstantSource clock) {
    // The mempool counts too: a log that was lost must not reuse the nonce of what still waits.
    long nextNonce = Math.max(intents.nextNonce(), chain.pendingNonce(key.address()));
    SenderState recovered = SenderState.recover(intents.unfinished(), nextNonce);
    ChainSender sender = new ChainSender(chain, key, intents, policy, clock, recovered);
    sender.thread.start();
    return sender;
  }

  @Override
  public Address account() {
    return signer.account();
  }

  @Override
  public CompletableFuture<TransactionOutcome> submit(TransactionIntent intent) {
    submitting.lock();
    try {
      if (stopped != null) {
        throw new IllegalStateException("this sender has stopped", stopped);
      }
      StoredIntent stored = intents.accept(intent, clock.millis());
      if (stored.outcome().isPresent()) {
        return CompletableFuture.completedFuture(stored.outcome().get());
      }
      CompletableFuture<TransactionOutcome> waiter =
          waiters.computeIfAbsent(intent.id(), _ -> new CompletableFuture<>());
      if (known.add(intent.id())) {
        events.add(new SenderEvent.Accepted(intent));
      }
      return waiter.copy();
    } finally {
      submitting.unlock();
    }
  }

  @Override
  public Optional<IntentStatus> status(String id) {
    SenderState now = state;
    for (InFlight entry : now.entries()) {
      if (entry.intent().id().equals(id)) {
        return Optional.of(
            entry
                .inclusion()
                .<IntentStatus>map(IntentStatus.Included::new)
                .orElseGet(
                    () ->
                        new IntentStatus.Waiting(
                            entry.nonce(),
                            entry.attempts().stream().map(Attempt::hash).toList(),
                            entry.trouble())));
      }
    }
    return intents.find(id).map(ChainSender::stored);
  }

  /** Without a place in memory: still queued, or its outcome is about to be written. */
  private static IntentStatus stored(StoredIntent intent) {
    if (intent.outcome().isPresent()) {
      return new IntentStatus.Ended(intent.outcome().get());
    }
    return intent.attempts().isEmpty()
        ? new IntentStatus.Queued()
        : new IntentStatus.Waiting(
            intent.attempts().getFirst().nonce(),
            intent.attempts().stream().map(Attempt::hash).toList(),
            "");
  }

  private void work() {
    long pollNanos = policy.poll().toNanos();
    long nextTick = System.nanoTime();
    try {
      while (stopped == null) {
        long wait = Math.max(0, nextTick - System.nanoTime());
        SenderEvent event = events.poll(wait, TimeUnit.NANOSECONDS);
        if (event != null) {
          handle(event);
        }
        if (System.nanoTime() - nextTick >= 0) {
          handle(new SenderEvent.Tick());
          nextTick = System.nanoTime() + pollNanos;
        }
      }
    } catch (InterruptedException e) {
      Throwable why = broken;
      if (why != null) {
        LOG.error("the sender of {} stops: {}", account(), why.toString());
      }
      fail(why == null ? new IllegalStateException("the sender was closed") : why);
    } catch (RuntimeException | Error e) {
      LOG.error("the sender of {} stops: {}", account(), e.toString());
      fail(e);
    }
  }

  private void handle(SenderEvent event) {
    SenderMachine.Step step = machine.step(state, event, clock.millis());
    state = step.state();
    for (SenderEffect effect : step.effects()) {
      switch (effect) {
        case SenderEffect.Sign sign -> sign(sign);
        case SenderEffect.Keep(String id, TransactionOutcome outcome) -> end(id, outcome);
        case SenderEffect.Estimate _,
            SenderEffect.Broadcast _,
            SenderEffect.Reprice _,
            SenderEffect.Observe _,
            SenderEffect.Refill _,
            SenderEffect.Finish _ ->
            calls.start(effect);
      }
    }
  }

  private void sign(SenderEffect.Sign sign) {
    TransactionIntent intent = sign.intent();
    SignedTransaction signed =
        signer.sign(
            sign.nonce(),
            sign.fees(),
            sign.gasLimit(),
            intent.to(),
            intent.valueWei(),
            intent.data());
    Attempt attempt =
        new Attempt(
            sign.nonce(),
            signed.hash(),
            signed.raw(),
            sign.fees(),
            sign.gasLimit(),
            clock.millis());
    intents.signed(intent.id(), attempt);
    events.add(new SenderEvent.Signed(attempt));
  }

  private void end(String id, TransactionOutcome outcome) {
    @Nullable CompletableFuture<TransactionOutcome> waiter;
    // Together: a submit in between would take the intent for a new one.
    submitting.lock();
    try {
      intents.finished(id, outcome);
      known.remove(id);
      waiter = waiters.remove(id);
    } finally {
      submitting.unlock();
    }
    if (waiter != null) {
      waiter.complete(outcome);
    }
  }

  /** Something that must not fail did, on another thread: what is on disk is right, so stop. */
  private void breakDown(Throwable why) {
    broken = why;
    thread.interrupt();
  }

  private void fail(Throwable why) {
    submitting.lock();
    try {
      stopped = why;
    } finally {
      submitting.unlock();
    }
    calls.close();
    waiters.values().forEach(waiter -> waiter.completeExceptionally(why));
    waiters.clear();
  }

  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join(TimeUnit.SECONDS.toMillis(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

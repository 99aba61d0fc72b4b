package io.myelin.chain.transaction;

import io.myelin.chain.Fees;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Decides what a sender does: (state, event, time) to (state, effects). No I/O, no clock.
 *
 * <p>The one rule that money hangs on: a nonce is bound to an intent by an attempt on disk before
 * that attempt is sent, and never to another intent; all further attempts of the intent have the
 * same nonce. So the chain itself lets at most one of them in.
 */
final class SenderMachine {
  private static final long RETRY_MILLIS = 1_000;
  private static final long REFUSED_RETRY_MILLIS = 5_000;

  private final SenderPolicy policy;

  SenderMachine(SenderPolicy policy) {
    this.policy = policy;
  }

  /** What follows from an event. */
  record Step(SenderState state, List<SenderEffect> effects) {
    Step {
      effects = List.copyOf(effects);
    }
  }

  Step step(SenderState state, SenderEvent event, long nowMillis) {
    List<SenderEffect> effects = new ArrayList<>();
    SenderState after =
        switch (event) {
          case SenderEvent.Accepted(TransactionIntent intent) -> state.queued(intent);
          case SenderEvent.Estimated estimated -> estimated(state, estimated, effects);
          case SenderEvent.WouldFail fails -> wouldFail(state, fails, effects);
          case SenderEvent.EstimateFailed failed ->
              isFirst(state, failed.id())
                  ? state.notPrepared(state.drain(), nowMillis + RETRY_MILLIS)
                  : state;
          case SenderEvent.Signed(Attempt attempt) -> signed(state, attempt, nowMillis, effects);
          case SenderEvent.Sent sent -> sent(state, sent, nowMillis, effects);
          case SenderEvent.Repriced repriced -> repriced(state, repriced, nowMillis, effects);
          case SenderEvent.RepriceFailed(long nonce) -> {
            InFlight entry = state.inFlight().get(nonce);
            yield entry == null ? state : state.with(entry.busyWith(false));
          }
          case SenderEvent.Observed observed -> observed(state, observed, nowMillis, effects);
          case SenderEvent.Ended(String id, TransactionOutcome outcome) -> {
            effects.add(new SenderEffect.Keep(id, outcome));
            yield state;
          }
          case SenderEvent.Tick _ -> tick(state, nowMillis, effects);
        };
    return new Step(prepareNext(after, nowMillis, effects), effects);
  }

  private static boolean isFirst(SenderState state, String id) {
    return state.preparing()
        && !state.queue().isEmpty()
        && state.queue().getFirst().id().equals(id);
  }

  private SenderState prepareNext(SenderState state, long now, List<SenderEffect> effects) {
    boolean may =
        !state.preparing()
            && !state.queue().isEmpty()
            && state.inFlight().size() < policy.maxInFlight()
            && now >= state.prepareAtMillis()
            && (!state.drain() || state.drained());
    if (!may) {
      return state;
    }
    effects.add(new SenderEffect.Estimate(state.queue().getFirst()));
    return state.preparing(true);
  }

  private SenderState estimated(
      SenderState state, SenderEvent.Estimated event, List<SenderEffect> effects) {
    if (!isFirst(state, event.id())) {
      return state;
    }
    TransactionIntent intent = state.queue().getFirst();
    long nonce = state.nextNonce();
    long gas = event.gas() + event.gas() * policy.gasMarginPercent() / 100;
    effects.add(new SenderEffect.Sign(intent, nonce, gas, FeeRules.first(event.market(), policy)));
    return state.dequeued().with(InFlight.beingSigned(intent, nonce)).nonceTaken();
  }

  private static SenderState wouldFail(
      SenderState state, SenderEvent.WouldFail event, List<SenderEffect> effects) {
    if (!isFirst(state, event.id())) {
      return state;
    }
    if (!state.drained()) {
      // It may need what one in flight does: asked again when those are in blocks.
      return state.notPrepared(true, 0);
    }
    effects.add(
        new SenderEffect.Keep(
            event.id(), new TransactionOutcome.Rejected(event.data(), event.message())));
    return state.dequeued();
  }

  private SenderState signed(
      SenderState state, Attempt attempt, long now, List<SenderEffect> effects) {
    InFlight entry = state.inFlight().get(attempt.nonce());
    if (entry == null) {
      return state;
    }
    effects.add(new SenderEffect.Broadcast(attempt));
    return state.with(entry.signed(attempt, now + policy.rebroadcastAfter().toMillis()));
  }

  private SenderState sent(
      SenderState state, SenderEvent.Sent event, long now, List<SenderEffect> effects) {
    InFlight entry = state.inFlight().get(event.nonce());
    if (entry == null
        || entry.attempts().isEmpty()
        || !entry.newest().hash().equals(event.hash())) {
      return state;
    }
    return switch (event.answer()) {
      case TAKEN, NONCE_USED ->
          state.with(entry.sendAt(now + policy.rebroadcastAfter().toMillis(), ""));
      case UNREACHABLE -> state.with(entry.sendAt(now + RETRY_MILLIS, event.message()));
      case INSUFFICIENT_FUNDS, REFUSED ->
          state.with(entry.sendAt(now + REFUSED_RETRY_MILLIS, event.message()));
      case UNDERPRICED ->
          reprice(state, entry.sendAt(now + REFUSED_RETRY_MILLIS, event.message()), effects);
    };
  }

  private static SenderState reprice(
      SenderState state, InFlight entry, List<SenderEffect> effects) {
    if (entry.busy() || !entry.waitsForBlock()) {
      return state.with(entry);
    }
    effects.add(new SenderEffect.Reprice(entry.nonce()));
    return state.with(entry.busyWith(true));
  }

  private SenderState repriced(
      SenderState state, SenderEvent.Repriced event, long now, List<SenderEffect> effects) {
    InFlight entry = state.inFlight().get(event.nonce());
    if (entry == null || entry.attempts().isEmpty()) {
      return state;
    }
    if (!entry.waitsForBlock()) {
      return state.with(entry.busyWith(false));
    }
    Optional<Fees> fees = FeeRules.replacing(entry.newest().fees(), event.market(), policy);
    if (fees.isEmpty()) {
      return state.with(
          entry
              .busyWith(false)
              .sendAt(
                  now + policy.rebroadcastAfter().toMillis(),
                  "it waits for a lower price: the ceiling of "
                      + policy.maxFeeWei().map(Object::toString).orElse("?")
                      + " wei for one gas allows no replacement"));
    }
    effects.add(
        new SenderEffect.Sign(
            entry.intent(), entry.nonce(), entry.newest().gasLimit(), fees.get()));
    return state;
  }

  private SenderState observed(
      SenderState state, SenderEvent.Observed event, long now, List<SenderEffect> effects) {
    SenderState after = state;
    for (InFlight entry : state.entries()) {
      Inclusion inclusion = event.inclusions().get(entry.nonce());
      if (inclusion != null) {
        if (event.head() - inclusion.block().number() + 1 >= policy.confirmations()) {
          effects.add(new SenderEffect.Finish(entry.intent(), inclusion));
          after = after.without(entry.nonce());
        } else {
          after = after.with(entry.included(inclusion));
        }
      } else {
        after = notIncluded(after, entry, event, now, effects);
      }
    }
    if (event.chainNonce() < after.lowestOpenNonce()) {
      effects.add(new SenderEffect.Refill(event.chainNonce(), after.lowestOpenNonce()));
    }
    return after;
  }

  private SenderState notIncluded(
      SenderState state,
      InFlight entry,
      SenderEvent.Observed event,
      long now,
      List<SenderEffect> effects) {
    boolean reorganised = !entry.waitsForBlock();
    boolean nonceUsed = event.chainNonce() > entry.nonce() && !entry.attempts().isEmpty();
    long since =
        !nonceUsed ? -1 : entry.missingSinceMillis() < 0 ? now : entry.missingSinceMillis();
    if (nonceUsed && now - since >= policy.displacedAfter().toMillis()) {
      effects.add(
          new SenderEffect.Keep(
              entry.intent().id(),
              new TransactionOutcome.Displaced(
                  entry.nonce(),
                  "nonce "
                      + entry.nonce()
                      + " was used by a transaction that this sender did not make; is its key used"
                      + " elsewhere?")));
      return state.without(entry.nonce());
    }
    return state.with(entry.notIncluded(reorganised ? now : entry.sendAtMillis(), since));
  }

  private SenderState tick(SenderState state, long now, List<SenderEffect> effects) {
    SenderState after = state;
    for (InFlight entry : state.entries()) {
      if (entry.attempts().isEmpty() || !entry.waitsForBlock()) {
        continue;
      }
      if (now < entry.sendAtMillis()) {
        continue;
      }
      effects.add(new SenderEffect.Broadcast(entry.newest()));
      InFlight sent = entry.sendAt(now + policy.rebroadcastAfter().toMillis(), entry.trouble());
      boolean stuck = now - entry.newest().signedAtMillis() >= policy.stuckAfter().toMillis();
      after =
          stuck && entry.missingSinceMillis() < 0
              ? reprice(after, sent, effects)
              : after.with(sent);
    }
    if (after.inFlight().isEmpty() && now < after.observeAtMillis()) {
      return after;
    }
    effects.add(new SenderEffect.Observe(after.entries()));
    return after.observedNextAt(now + policy.rebroadcastAfter().toMillis());
  }
}
